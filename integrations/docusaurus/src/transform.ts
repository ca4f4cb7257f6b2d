// Rewrites one compiled page: each block gets the text of its Reference instead of the whole file.
//
// The compiled module is read, not the page: by then every plugin of the site has run, and docs, blog posts, translated
// pages and partials from any folder look alike.

import {parse, type Node} from 'acorn';

import {leastText} from './select.js';
import type {AttributeKey, Manifest, Reference} from './manifest.js';

type AnyNode = Node & Record<string, any>;

/** The attributes of one block as the page writes them; `null` for one that is missing. */
export interface Attributes {
  import: string | null;
  start: string | null;
  end: string | null;
  language: string;
  includeStart: boolean;
  /** The attribute `wholeFile`: whether readers may see the whole file, `undefined` if it is not given. */
  wholeFile: boolean | undefined;
}

/** What takes the place of a block: its lines with what stands around it, or messages. */
export type Replacement =
  | {kept: readonly string[]; around?: string}
  | {messages: readonly string[]};

interface Edit {
  start: number;
  end: number;
  text: string;
}

interface Call {
  node: AnyNode;
  text: AnyNode | undefined;
  attributes: Attributes;
}

/** One compiled module with its blocks, in the order of the page. */
export class CompiledPage {
  readonly blocks: readonly Attributes[];
  readonly #code: string;
  readonly #calls: Call[] = [];
  readonly #imports = new Map<string, AnyNode>();
  readonly #uses = new Map<string, number>();

  constructor(code: string, component: Manifest['component']) {
    this.#code = code;
    const program = parse(code, {ecmaVersion: 'latest', sourceType: 'module'}) as unknown as AnyNode;
    for (const node of program.body as AnyNode[]) {
      if (node.type !== 'ImportDeclaration' || !isRaw(node.source.value as string)) continue;
      for (const {type, local} of node.specifiers) {
        if (type === 'ImportDefaultSpecifier') this.#imports.set(local.name as string, node);
      }
    }
    this.#visit(program, component);
    this.#calls.sort((a, b) => a.node.start - b.node.start);
    this.blocks = this.#calls.map((call) => call.attributes);
  }

  /** Return the module with these replacements of its blocks; `before` is put in front of it. */
  rewritten(replacements: readonly Replacement[], before: string): string {
    const edits: Edit[] = [];
    const uses = new Map(this.#uses);
    const release = (text: AnyNode | undefined) => {
      if (text?.type === 'Identifier') uses.set(text.name as string, (uses.get(text.name as string) ?? 1) - 1);
    };
    let [wraps, fails] = [false, false];
    this.#calls.forEach(({node, text, attributes}, index) => {
      const replacement = replacements[index]!;
      if ('messages' in replacement) {
        fails = true;
        const props = JSON.stringify({messages: replacement.messages});
        edits.push({start: node.start, end: node.end, text: `_snipproofJsx(SnipproofError, ${props})`});
        release(text);
        return;
      }
      if (text) {
        edits.push({start: text.start, end: text.end, text: JSON.stringify(textFor(replacement.kept, attributes))});
        release(text);
      }
      if (replacement.around) {
        wraps = true;
        edits.push({start: node.start, end: node.start, text: `_snipproofJsx(SnipproofBlock, {${replacement.around}children: `});
        edits.push({start: node.end, end: node.end, text: '})'});
      }
    });
    for (const [name, node] of this.#imports) {
      if (!uses.get(name) && node.specifiers.length === 1) edits.push({start: node.start, end: node.end, text: ''});
    }
    let after = '';
    if (wraps || fails) after += '\nimport {jsx as _snipproofJsx} from "react/jsx-runtime";';
    if (wraps) after += '\nimport SnipproofBlock from "@theme/SnipproofBlock";';
    if (fails) after += '\nimport SnipproofError from "@theme/SnipproofError";';
    return before + applied(this.#code, edits) + after;
  }

  #visit(node: AnyNode, component: Manifest['component']): void {
    if (node.type === 'ImportDeclaration') return;
    if (node.type === 'Identifier') {
      const name = node.name as string;
      if (this.#imports.has(name)) this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
      return;
    }
    // Nearly all nodes are of these types, and looking at each of their keys takes long.
    if (node.type === 'Literal') return;
    if (node.type === 'CallExpression') {
      this.#call(node, component);
      this.#visit(node.callee, component);
      for (const each of node.arguments as AnyNode[]) this.#visit(each, component);
      return;
    }
    if (node.type === 'ObjectExpression') {
      for (const each of node.properties as AnyNode[]) {
        if (each.type === 'Property' && !each.computed) this.#visit(each.value, component);
        else this.#visit(each, component);
      }
      return;
    }
    for (const key in node) {
      const value: unknown = node[key];
      if (key === 'key' && !node.computed && node.type === 'Property') continue;
      if (key === 'property' && !node.computed && node.type === 'MemberExpression') continue;
      if (Array.isArray(value)) for (const each of value) if (isNode(each)) this.#visit(each, component);
      if (isNode(value)) this.#visit(value, component);
    }
  }

  #call(node: AnyNode, component: Manifest['component']): void {
    const [element, props] = node.arguments as AnyNode[];
    if (element?.type !== 'Identifier' || element.name !== component.name || props?.type !== 'ObjectExpression') return;
    const values = new Map<string, AnyNode>();
    for (const property of props.properties as AnyNode[]) {
      // It may replace what stands before it, so nothing of that is known.
      if (property.type === 'SpreadElement') values.clear();
      if (property.type !== 'Property') continue;
      values.set((property.key.name ?? property.key.value) as string, property.value as AnyNode);
    }
    const valueOf = (key: AttributeKey) => values.get(component.attributes[key]);
    const text = valueOf('text');
    const imported = text?.type === 'Identifier' ? this.#imports.get(text.name as string) : undefined;
    this.#calls.push({
      node,
      text,
      attributes: {
        import: imported ? (imported.source.value as string) : null,
        start: stringOf(valueOf('start-marker')),
        end: stringOf(valueOf('end-marker')),
        language: stringOf(valueOf('language')) ?? '',
        includeStart: stringOf(valueOf('include-start-marker')) === 'true',
        wholeFile: booleanOf(values.get('wholeFile')),
      },
    });
  }
}

/** Return what identifies a block within its page: two blocks with the same key show the same text. */
export function keyOf(attributes: Omit<Attributes, 'wholeFile'>): string {
  const {start, end, language, includeStart} = attributes;
  return JSON.stringify([attributes.import, start, end, language, includeStart]);
}

/** Return the key of a Reference of the manifest. */
export function keyOfReference(reference: Reference): string {
  return keyOf({
    import: reference.import,
    start: reference.start_marker,
    end: reference.end_marker,
    language: reference.language,
    includeStart: reference.include_start_marker,
  });
}

function textFor(kept: readonly string[], attributes: Attributes): string {
  // For the component, an absent marker is the text `undefined`.
  const markers = {
    start: attributes.start ?? 'undefined',
    end: attributes.end ?? 'undefined',
    includeStart: attributes.includeStart,
  };
  const text = leastText(kept, markers);
  if (text === undefined) throw new Error(`no text makes the component show the lines between ${markers.start} and ${markers.end}`);
  return text;
}

function applied(code: string, edits: Edit[]): string {
  // Of two edits at one place, what opens comes first; a wrapper around a replacement keeps their order.
  const sorted = edits.map((edit, index) => ({...edit, index})).sort((a, b) => a.start - b.start || a.index - b.index);
  let [result, last] = ['', 0];
  for (const {start, end, text} of sorted) {
    if (start < last) continue; // within something that was replaced
    result += code.slice(last, start) + text;
    last = end;
  }
  return result + code.slice(last);
}

function isRaw(request: string): boolean {
  return /(?:^|!)raw-loader(?:\?[^!]*)?!/.test(request);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as AnyNode).type === 'string';
}

function stringOf(node: AnyNode | undefined): string | null {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked as string;
  return null;
}

function booleanOf(node: AnyNode | undefined): boolean | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'boolean') return node.value;
  const text = stringOf(node);
  return text === null ? undefined : text === 'true';
}
