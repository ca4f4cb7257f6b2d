// Reads pages from a JSON file, an array of texts, and writes for each what MDX with the plugins of Docusaurus 3 makes of it:
// the tags of components, the headings, the fences and the imports, by line and column; or the error.
import {readFileSync} from 'node:fs'
import {createProcessor} from '@mdx-js/mdx'
import comment from '@slorber/remark-comment'
import directive from 'remark-directive'
import frontmatter from 'remark-frontmatter'
import gfm from 'remark-gfm'

const KEYWORDS = 'secondary|info|success|danger|note|tip|warning|important|caution'

// The preprocessing of Docusaurus, by its documented rules; lines that it removes are counted.
function preprocess(text) {
  const lines = text.split('\n').map((line, index) => [line, index + 1])
  for (const fence of ['```', '````']) {
    for (let first = 0; first < lines.length; first++) {
      if (!new RegExp(`^ *${fence} *mdx-code-block\\r?$`).test(lines[first][0])) continue
      const ends = new RegExp(`^ *${fence}\\r?$`)
      let last = first + 2
      while (last < lines.length && !ends.test(lines[last][0])) last++
      if (last < lines.length) {
        lines.splice(last, 1)
        lines.splice(first, 1)
        first = last - 2
      }
    }
  }
  const titled = new RegExp(`^((?:> ?)*(?: +|\\t+)?:{3,}(?:${KEYWORDS})) +(.*)$`, 'gm')
  const joined = lines.map(([line]) => line).join('\n')
    .replace(/^#{1,6}(?!#).*/gm, (heading) => heading.replace(/\{#/g, '\\{#'))
    .replace(titled, '$1[$2]')
  return [joined, lines.map(([, number]) => number)]
}

function value(attribute) {
  const {value} = attribute
  if (value === null || typeof value === 'string') return value
  const [statement] = value.data.estree.body
  const {expression} = statement
  if (expression.type === 'Identifier') return {name: expression.name}
  if (expression.type === 'Literal') return expression.value
  if (expression.type === 'TemplateLiteral' && expression.quasis.length === 1) return expression.quasis[0].value.cooked
  return {code: value.value}
}

const COMPONENT = 'FilteredTextBlock'

function nameOf(name) {
  return name.type === 'JSXIdentifier' ? name.name : ''
}

// Tags in code: in expressions, in attributes, in exports.
function fromCode(estree, found, at) {
  const seen = (node) => {
    if (Array.isArray(node)) return node.forEach(seen)
    if (!node || typeof node !== 'object') return
    if (node.type === 'JSXElement' && nameOf(node.openingElement.name) === COMPONENT) {
      found.tags.push({line: at(node.loc.start.line), column: node.loc.start.column + 1, attributes: null})
    }
    if (node.type === 'JSXElement' && /^h[1-6]$/.test(nameOf(node.openingElement.name))) {
      found.headings.push(at(node.loc.start.line))
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'data' && key !== 'loc') seen(child)
  }
  seen(estree)
}

function collect(tree, numbers) {
  const found = {tags: [], headings: [], fences: [], imports: []}
  const at = (line) => numbers[line - 1]
  const visit = (node) => {
    const start = node.position?.start
    if (node.type === 'heading') found.headings.push(at(start.line))
    if (node.type === 'code') found.fences.push([at(start.line), at(node.position.end.line)])
    if (node.type === 'mdxJsxFlowElement' || node.type === 'mdxJsxTextElement') {
      if (/^h[1-6]$/.test(node.name ?? '')) found.headings.push(at(start.line))
      if (node.name === COMPONENT) {
        const attributes = {}
        for (const attribute of node.attributes) {
          if (attribute.type === 'mdxJsxExpressionAttribute') attributes['...'] = {code: attribute.value}
          else attributes[attribute.name] = value(attribute)
        }
        found.tags.push({line: at(start.line), column: start.column, attributes})
      }
      for (const attribute of node.attributes) {
        fromCode((attribute.value?.data ?? attribute.data)?.estree, found, at)
      }
    }
    if (node.type === 'mdxFlowExpression' || node.type === 'mdxTextExpression') fromCode(node.data.estree, found, at)
    if (node.type === 'mdxjsEsm') {
      fromCode(node.data.estree, found, at)
      for (const statement of node.data.estree.body) {
        if (statement.type !== 'ImportDeclaration') continue
        for (const specifier of statement.specifiers) {
          if (specifier.type !== 'ImportDefaultSpecifier') continue
          found.imports.push([at(statement.loc.start.line), specifier.local.name, statement.source.value])
        }
      }
    }
    for (const child of node.children ?? []) visit(child)
  }
  visit(tree)
  return found
}

function read(text, processor) {
  const [prepared, numbers] = preprocess(text)
  try {
    return collect(processor.parse(prepared), numbers)
  } catch (error) {
    const place = error.place?.start ?? error.place ?? {}
    return {error: String(error.reason ?? error), line: numbers[(error.line ?? place.line ?? 1) - 1] ?? null}
  }
}

const pages = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const plugins = [frontmatter, directive, gfm, comment]
const processor = createProcessor({remarkPlugins: plugins})
const answers = pages.map((text) => read(text, processor))
process.stdout.write(JSON.stringify(answers))
