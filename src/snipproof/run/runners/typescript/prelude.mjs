// Loaded before a Source, in its own process: defines the probes and reports uncaught errors.
//
// SNIPPROOF_JOB is JSON: {"events", "separator", "source": the docs source's path, "names": [[built, docs], …], "imports":
// a module with the imports of the Source, "gate": a descriptor that delivers one byte when the Source may begin}. It is
// removed before the Source runs: in a process or thread that the Source starts, probes do nothing.

import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { inspect, types } from 'node:util';

const PROBE = '__snipproof_probe__';
const job = JSON.parse(process.env.SNIPPROOF_JOB ?? 'null');
delete process.env.SNIPPROOF_JOB;

let probe = null;
if (job) {
  // Saved, because a Source may replace the functions of a module.
  const { appendFileSync, writeSync } = fs;
  const now = process.hrtime.bigint;
  // Opened each time: a Source may close every open file, or write to it.
  const write = (event) =>
    attempt(() => appendFileSync(job.events, `${job.separator}${JSON.stringify(event)}\n`));

  // Every statement that a Snippet shows has a number. An event is written when it runs for the first time, and when a
  // run enters or leaves a set of Regions (a group; 0 outside of all Regions), so a loop costs next to nothing.
  const known = new Set();
  let marks = 0;
  const standing = new Map(); // how many activations stand in a group
  const emit = (signal, line, frame) => {
    write({ signal, line, frame, time: Number(now()) / 1e9, mark: marks });
    // Standard output is a file, so everything printed before is already in it.
    attempt(() => writeSync(1, `${job.separator}${marks}${job.separator}`));
    marks += 1;
  };
  const once = (signal, line) => {
    const key = `${signal}${line}`;
    if (known.has(key)) return;
    known.add(key);
    emit(signal, line, '');
  };
  // An activation goes from a group to another: an event, if it is the only one that stands there.
  const move = (number, group, old) => {
    const others = standing.get(group) ?? 0;
    if (group && (!others || !known.has(`at${number}`))) emit('at', number, `${group}`);
    known.add(`at${number}`);
    if (group === old) return;
    standing.set(group, others + 1);
    const left = (standing.get(old) ?? 0) - 1;
    standing.set(old, left);
    if (old && !left) emit('exit', number, `${old}`);
  };

  const raised = new Set(); // Regions that raised the error that they announce
  // How a run goes on behind a part of the Source that failed; see `going_on.py`.
  const blamed = new Map(); // by the number of a part that failed, the Region that is to blame
  const lacking = new Map(); // by a name that a failed part would have assigned, the same
  const unassigned = new WeakMap(); // the name that was read, by the error of reading it
  let first = null; // the first error behind which the run went on
  const failures = []; // the functions that an error has left, in order; the first ones are enough
  const since = new Map(); // how many of them there were before a handler was set up

  /** One activation of a function, or the module: where it stands. */
  class Frame {
    #function;
    #ended = false;
    #suspended = false;
    #number = 0;
    #group = 0;
    #waiting = 0;

    constructor(number = 0) {
      this.#function = number;
    }

    #move(group) {
      const old = this.#group;
      this.#group = group;
      move(this.#number, group, old);
    }

    at(number, group) {
      this.#number = number;
      if (group !== this.#group || (number && !known.has(`at${number}`))) this.#move(group);
    }

    done(number) {
      once('done', number);
    }

    returned(number, value) {
      if (number) once('left', number);
      this.#ended = true;
      return value;
    }

    suspend(value) {
      this.#suspended = true;
      if (this.#number) once('left', this.#number);
      if (this.#group) {
        this.#waiting = this.#group;
        this.#move(0);
      }
      return value;
    }

    resume(value) {
      this.#suspended = false;
      const group = this.#waiting;
      this.#waiting = 0;
      if (group) this.#move(group);
      return value;
    }

    ended() {
      this.#ended = true;
    }

    expecting(handler) {
      since.set(handler, failures.length);
    }

    /** Reports which functions an error has left that has come to a handler. */
    expected(handler) {
      for (const number of failures.slice(since.get(handler) ?? 0)) {
        const key = `caught${handler}-${number}`;
        if (!known.has(key)) emit('caught', number, `${handler}`);
        known.add(key);
      }
    }

    /** Reports how the function was left. A value that is thrown again would have another place, so nothing catches it. */
    exit() {
      if (this.#function && !known.has(`returned${this.#function}`)) {
        if (this.#ended) once('returned', this.#function);
        else if (this.#suspended) once('closed', this.#function);
        else {
          if (this.#number) once('failed', this.#number);
          if (failures.length < 1000) failures.push(this.#function);
        }
      }
      if (this.#group) this.#move(0);
    }

    enter(number) {
      once('enter', number);
      return new Frame(number);
    }

    made(number) {
      once('made', number);
    }

    hasRaised(region) {
      return raised.has(region);
    }

    raised(region, error) {
      raised.add(region);
      write({ error: describe(error), region });
    }

    /** Returns whether a statement of a part may run; throws an error that `left` gets if it needs what is missing. */
    goes(part, region, needs) {
      if (blamed.has(part)) return false;
      const name = needs.find((each) => lacking.has(each));
      if (name === undefined) return true;
      this.left(part, region, unreadable(name));
      return false;
    }

    /** Takes note of the error of a part. Returns whether it ends the run. */
    left(part, region, error) {
      const name = attempt(() => causes(error), [error]).map((each) => attempt(() => unassigned.get(each))).find(Boolean);
      const cause = lacking.get(name) ?? '';
      if (!region && !cause) return true;
      first ??= { error };
      blamed.set(part, cause || region);
      const event = describe(error);
      // A thrown value without a stack was thrown near the place where it was caught.
      if (!event.lines.length) event.lines = linesOf(new Error().stack);
      write({ error: event, region, cause });
      if (this.#group) this.#move(0);
      return false;
    }

    /** Returns whether a part has failed, so that it has not assigned `names`. */
    lost(part, names) {
      if (!blamed.has(part)) return false;
      for (const name of names) lacking.set(name, blamed.get(part));
      return true;
    }

    assigned(names) {
      for (const name of names) lacking.delete(name);
    }

    /** Returns the value of a variable that has none: whatever uses it gets an error. */
    missing(name) {
      return unreadableValue(() => unreadable(name));
    }

    /** Ends the run if a part has failed: what follows cannot be kept from using what is missing. */
    whole() {
      if (first) throw first.error;
    }
  }
  probe = new Frame();

  const unreadable = (name) => {
    const shown = name.replace('.', '');
    const text = lacking.has(name) ? `${shown} is not defined` : `Cannot access '${shown}' before initialization`;
    const error = new ReferenceError(text);
    unassigned.set(error, name);
    return error;
  };

  const report = (error) => (first && error === first.error) || write({ error: describe(error) });
  process.on('uncaughtExceptionMonitor', report);
  // A Source that handles unhandled rejections itself hides them from the monitor.
  process.on('newListener', function watch(name) {
    if (name !== 'unhandledRejection') return;
    process.off('newListener', watch);
    process.on('unhandledRejection', report);
  });
  // The event loop is empty; this is not the end of a Source if one of its own `await`s is still pending.
  process.on('beforeExit', () => write({ idle: process.exitCode ?? 0 }));
  Error.stackTraceLimit = 50; // the frames of a client must not displace those of the Source
}
// In a process or thread that the Source starts, probes do nothing.
probe ??= new (class {
  at() {}
  done() {}
  returned = (_, value) => value;
  suspend = (value) => value;
  resume = (value) => value;
  ended() {}
  expecting() {}
  expected() {}
  exit() {}
  enter = () => this;
  made() {}
  hasRaised = () => false;
  raised(_, error) {
    throw error;
  }
  goes = () => true;
  left = () => true;
  lost = () => false;
  assigned() {}
  missing() {}
  whole() {}
})();
Object.defineProperty(globalThis, PROBE, { value: probe, enumerable: false });

if (job) {
  // An error in a package is thrown again when the Source imports it.
  await import(pathToFileURL(job.imports).href).catch(() => {});
  if (fs.readSync(job.gate, Buffer.alloc(1)) === 0) process.exit(1); // the parent is gone
  fs.closeSync(job.gate);
}

/** Returns a value with which nothing can be done but to pass it on. */
function unreadableValue(makeError) {
  const fail = () => {
    throw makeError();
  };
  const target = Object.defineProperty(() => {}, inspect.custom, { get: fail }); // printing ignores a proxy
  const traps = Object.getOwnPropertyNames(Reflect).filter((name) => typeof Reflect[name] === 'function');
  return new Proxy(target, Object.fromEntries(traps.map((name) => [name, fail])));
}

/** Returns the facts about a thrown value of any kind; must not fail. Its getters and methods belong to the Source. */
function describe(error) {
  const chain = attempt(() => causes(error), [error]);
  const lines = chain.map((each) => linesOf(stackOf(each))).find((found) => found.length) ?? [];
  const traceback = chain.map(stackOf).join('\nCaused by: ');
  const types = attempt(() => typesOf(error), []);
  return { type: typeOf(error), types, message: own(messageOf(error)), lines, traceback: own(traceback) };
}

/** Returns the names of the classes of an error, and its codes. */
function typesOf(error) {
  const found = ['code', 'errno', 'status'].map((name) => attempt(() => String(error[name] ?? ''), ''));
  for (let each = Object.getPrototypeOf(error); each; each = Object.getPrototypeOf(each)) {
    found.push(attempt(() => String(each.constructor.name), ''));
  }
  return found.filter((name) => name && name !== 'Object');
}

/**
 * Returns the result of `read`, or `otherwise`, which may be a function of what it throws. A write fails if the Source
 * closed or removed what it writes to: a probe that cannot write counts as never passed.
 */
function attempt(read, otherwise = undefined) {
  try {
    return read();
  } catch (another) {
    return typeof otherwise === 'function' ? otherwise(another) : otherwise;
  }
}

/** Returns an error and its chain of causes. */
function causes(error) {
  const chain = [error];
  for (const each of chain) {
    const next = attempt(
      () => (each instanceof AggregateError ? [...each.errors] : isError(each) && 'cause' in each ? [each.cause] : []),
      [],
    );
    chain.push(...next.filter((found) => !chain.includes(found)).slice(0, 10 - chain.length));
  }
  return chain;
}

function isError(value) {
  return types.isNativeError(value) || attempt(() => value instanceof Error, false);
}

function typeOf(error) {
  if (!isError(error)) return `thrown ${error === null ? 'null' : typeof error}`;
  const made = attempt(() => String(error.constructor.name), 'Error');
  return attempt(() => (error.name === 'Error' ? made : String(error.name)), made);
}

function messageOf(error) {
  const unreadable = (another) => `its message cannot be read: ${attempt(() => typeOf(another), 'Error')}`;
  return attempt(() => (isError(error) ? String(error.message) : inspect(error)), unreadable);
}

function stackOf(error) {
  if (!isError(error)) return attempt(() => inspect(error), () => typeOf(error));
  const stack = attempt(() => error.stack, () => attempt(() => stackWithoutGetters(error), undefined));
  const text = typeof stack === 'string' ? stack : `${typeOf(error)}: ${messageOf(error)}`;
  return text.replace(/\n +at .*\(?node:internal\/.*/g, '');
}

/** Returns the stack of an error whose name or message throws; Node.js reads both while it writes a stack. */
function stackWithoutGetters(error) {
  const words = { name: typeOf(error), message: messageOf(error) };
  const failing = Object.keys(words).filter((key) => attempt(() => String(error[key]) && false, true));
  const before = failing.map((key) => Object.getOwnPropertyDescriptor(error, key));
  for (const key of failing) Object.defineProperty(error, key, { value: words[key], configurable: true });
  try {
    return error.stack;
  } finally {
    failing.forEach((key, index) => {
      delete error[key];
      if (before[index]) Object.defineProperty(error, key, before[index]);
    });
  }
}

/** Returns the lines of a stack that lie in the Source, outermost first. */
function linesOf(stack) {
  const place = `${job.source}:`;
  const found = stack.split('\n').filter((line) => /^ +at /.test(line) && line.includes(place));
  return found.map((line) => parseInt(line.slice(line.indexOf(place) + place.length), 10)).reverse();
}

/** Returns a text with the paths of built files replaced by those of the docs. */
function own(text) {
  for (const [built, docs] of job.names) {
    text = text.replaceAll(pathToFileURL(built).href, docs).replaceAll(built, docs);
  }
  return text;
}
