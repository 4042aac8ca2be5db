/**
 * Python's meaning of operators, builtins and methods on plain values, in plain JavaScript. Functions made of a case's
 * lambdas carry the text of the ones they call (see lambda.ts), so every function here stands alone: it uses other
 * exports of this file and the language's globals, nothing else. Objects with a method of an operator's name (eager
 * arrays, frames, columns) answer themselves.
 */

export function pyMethodOf(op) {
  return {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "//": "floordiv",
    "%": "mod",
    "**": "pow",
    "@": "matmul",
    "&": "and",
    "|": "or",
    "^": "xor",
    "<<": "lshift",
    ">>": "rshift",
    "==": "eq",
    "!=": "ne",
    "<": "lt",
    "<=": "le",
    ">": "gt",
    ">=": "ge",
  }[op];
}

export function pyFail(type, message) {
  const error =
    type === "TypeError"
      ? new TypeError(message)
      : type === "IndexError" || type === "ValueError" || type === "ZeroDivisionError"
        ? new RangeError(message)
        : new Error(message);
  error.pythonType = type;
  throw error;
}

export function pyIsOwn(value, name) {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Set) &&
    !(value instanceof Map) &&
    typeof value[name] === "function"
  );
}

export function pyBinary(op, a, b) {
  const name = pyMethodOf(op);
  if (pyIsOwn(a, name)) return a[name](b);
  if (pyIsOwn(b, `r${name}`)) return b[`r${name}`](a);
  const swapped = {
    add: "add",
    mul: "mul",
    and: "and",
    or: "or",
    xor: "xor",
    eq: "eq",
    ne: "ne",
    lt: "gt",
    le: "ge",
    gt: "lt",
    ge: "le",
  }[name];
  if (swapped !== undefined && pyIsOwn(b, swapped)) return b[swapped](a);
  if (["==", "!=", "<", "<=", ">", ">="].includes(op)) return pyCompare(op, a, b);
  if (a instanceof Set && b instanceof Set) {
    if (op === "&") return new Set([...a].filter((x) => b.has(x)));
    if (op === "|") return new Set([...a, ...b]);
    if (op === "-") return new Set([...a].filter((x) => !b.has(x)));
    if (op === "^") return new Set([...[...a].filter((x) => !b.has(x)), ...[...b].filter((x) => !a.has(x))]);
  }
  if (op === "+" && typeof a === "string" && typeof b === "string") return a + b;
  if (op === "+" && Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  if (op === "*" && (typeof a === "string" || Array.isArray(a)) && typeof b === "number") return pyRepeat(a, b);
  if (op === "*" && (typeof b === "string" || Array.isArray(b)) && typeof a === "number") return pyRepeat(b, a);
  if (op === "%" && typeof a === "string") return pyFormat(a, b);
  if (typeof a === "boolean" && typeof b === "boolean" && (op === "&" || op === "|" || op === "^"))
    return op === "&" ? a && b : op === "|" ? a || b : a !== b;
  const x = typeof a === "boolean" ? Number(a) : a;
  const y = typeof b === "boolean" ? Number(b) : b;
  if (typeof x === "number" && typeof y === "number") return pyArithmetic(op, x, y);
  return pyFail("TypeError", `unsupported operand types for ${op}: ${typeof a} and ${typeof b}`);
}

export function pyArithmetic(op, x, y) {
  if ((op === "/" || op === "//" || op === "%") && y === 0) return pyFail("ZeroDivisionError", "division by zero");
  switch (op) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return x / y;
    case "//":
      return Math.floor(x / y);
    case "%": {
      const rest = x % y;
      return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
    }
    case "**":
      return x ** y;
    case "&":
      return Number(BigInt(x) & BigInt(y));
    case "|":
      return Number(BigInt(x) | BigInt(y));
    case "^":
      return Number(BigInt(x) ^ BigInt(y));
    case "<<":
      return x * 2 ** y;
    case ">>":
      return Math.floor(x / 2 ** y);
    default:
      return pyFail("TypeError", `no operator ${op}`);
  }
}

export function pyRepeat(of, times) {
  if (typeof of === "string") return of.repeat(Math.max(0, times));
  return Array.from({ length: Math.max(0, times) }, () => of).flat(1);
}

export function pyFormat(text, values) {
  const items = Array.isArray(values) ? [...values] : [values];
  if (!/%[-0\d.]*[a-z]/.test(text) && items.length > 0)
    return pyFail("TypeError", "not all arguments converted during string formatting");
  return text.replace(/%(0?)(\d*)(?:\.(\d+))?([dsfr%])/g, (_, zero, width, digits, kind) => {
    if (kind === "%") return "%";
    const value = items.shift();
    const shown =
      kind === "d"
        ? String(Math.trunc(value))
        : kind === "f"
          ? Number(value).toFixed(digits === undefined ? 6 : Number(digits))
          : pyStr(value);
    return zero ? shown.padStart(Number(width), "0") : shown.padStart(Number(width || 0), " ");
  });
}

export function pyEqual(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => pyEqual(x, b[i]));
  if (typeof a === "boolean" && typeof b === "number") return Number(a) === b;
  if (typeof b === "boolean" && typeof a === "number") return Number(b) === a;
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((x) => b.has(x));
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    const [x, y] = [pyItems(a), pyItems(b)];
    return (
      x.length === y.length &&
      x.every(([key, value]) => y.some(([other, item]) => pyEqual(key, other) && pyEqual(value, item)))
    );
  }
  return a === b;
}

export function pyOrder(a, b) {
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) if (!pyEqual(a[i], b[i])) return pyOrder(a[i], b[i]);
    return a.length - b.length;
  }
  const numeric = (value) => typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
  if (
    (numeric(a) && numeric(b)) ||
    (typeof a === "string" && typeof b === "string") ||
    (a instanceof Date && b instanceof Date)
  )
    return a < b ? -1 : a > b ? 1 : Number(a) === Number(b) || a === b ? 0 : Number.NaN;
  return pyFail("TypeError", `not ordered: ${typeof a} and ${typeof b}`);
}

export function pyCompare(op, a, b) {
  switch (op) {
    case "==":
      return pyEqual(a, b);
    case "!=":
      return !pyEqual(a, b);
    case "<":
      return pyOrder(a, b) < 0;
    case "<=":
      return pyOrder(a, b) <= 0;
    case ">":
      return pyOrder(a, b) > 0;
    case ">=":
      return pyOrder(a, b) >= 0;
    case "in":
      return pyContains(b, a);
    case "not in":
      return !pyContains(b, a);
    case "is":
      return a === b || (a === undefined && b === null) || (a === null && b === undefined);
    case "is not":
      return !pyCompare("is", a, b);
    default:
      return pyFail("TypeError", `no comparison ${op}`);
  }
}

export function pyContains(container, value) {
  if (typeof container === "string") return container.includes(value);
  return pyIter(container).some((item) => pyEqual(item, value));
}

export function pyUnary(op, a) {
  if (op === "not") return !pyTruth(a);
  const name = { "-": "neg", "+": "pos", "~": "invert" }[op];
  if (pyIsOwn(a, name)) return a[name]();
  const x = typeof a === "boolean" ? Number(a) : a;
  if (typeof x !== "number") return pyFail("TypeError", `bad operand for unary ${op}`);
  return op === "-" ? -x : op === "+" ? x : -x - 1;
}

export function pyTruth(value) {
  if (value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Set || value instanceof Map) return value.size > 0;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)
    return Object.keys(value).length > 0;
  return Boolean(value);
}

export function pyIter(value) {
  if (Array.isArray(value)) return value;
  if (typeof value === "string" || value instanceof Set) return [...value];
  if (value instanceof Map) return [...value.keys()];
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean")
    return pyFail("TypeError", `${value} is not iterable`);
  if (typeof value[Symbol.iterator] === "function") return [...value];
  if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
    return Object.keys(value);
  return pyFail("TypeError", "the value is not iterable");
}

export function pyItems(value) {
  return value instanceof Map ? [...value] : Object.entries(value);
}

export function pyItem(of, key) {
  if (pyIsOwn(of, "get") && !(of instanceof Map)) return of.get(key);
  if (of instanceof Map) {
    for (const [known, value] of of) if (pyEqual(known, key)) return value;
    return pyFail("KeyError", `no key ${key}`);
  }
  if (typeof of === "string" || Array.isArray(of) || ArrayBuffer.isView(of)) {
    if (typeof key !== "number") return pyFail("TypeError", "indices are integers");
    const at = key < 0 ? of.length + key : key;
    return at < 0 || at >= of.length ? pyFail("IndexError", "index out of range") : of[at];
  }
  if (typeof of === "object" && of !== null)
    return Object.hasOwn(of, key) ? of[key] : pyFail("KeyError", `no key ${key}`);
  return pyFail("TypeError", `${typeof of} has no items`);
}

export function pySlice(of, from, to, step) {
  if (pyIsOwn(of, "get")) return of.get(pySliceText(from, to, step));
  const n = of.length;
  const stride = step ?? 1;
  const clamp = (at) => {
    const moved = at < 0 ? at + n : at;
    return stride > 0 ? Math.min(Math.max(moved, 0), n) : Math.min(Math.max(moved, -1), n - 1);
  };
  const first = from === null || from === undefined ? (stride > 0 ? 0 : n - 1) : clamp(from);
  const end = to === null || to === undefined ? (stride > 0 ? n : -1) : clamp(to);
  const picked = [];
  for (let at = first; stride > 0 ? at < end : at > end; at += stride) picked.push(of[at]);
  return typeof of === "string" ? picked.join("") : picked;
}

/** `of[a, b]`: eager arrays take an index an axis, with slices as text. */
export function pyGet(of, index) {
  return pyIsOwn(of, "get") && !(of instanceof Map) ? of.get(...index) : pyItem(of, index);
}

export function pySliceText(from, to, step) {
  return `${from ?? ""}:${to ?? ""}${step === null || step === undefined ? "" : `:${step}`}`;
}

export function pyStr(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value))
    return `[${value.map((item) => (typeof item === "string" ? `'${item}'` : pyStr(item))).join(", ")}]`;
  return String(value);
}

export function pyKeyOf(options) {
  return options !== undefined && options !== null && typeof options.key === "function" ? options.key : (x) => x;
}

export function pyOptions(args) {
  const last = args[args.length - 1];
  return typeof last === "object" && last !== null && last.pythonKeywords === true ? args.pop() : {};
}

export function pySum(values, start) {
  const from = pyOptions([start]).start ?? (typeof start === "object" && !Array.isArray(start) ? 0 : start) ?? 0;
  return pyIter(values).reduce((a, b) => pyBinary("+", a, b), from);
}
export function pyLen(value) {
  if (value === null || value === undefined || typeof value === "number") return pyFail("TypeError", "no length");
  if (typeof value === "string" || Array.isArray(value) || typeof value.length === "number") return value.length;
  if (value instanceof Set || value instanceof Map) return value.size;
  return Object.keys(value).length;
}
export function pySorted(values, ...rest) {
  const options = pyOptions(rest);
  const key = pyKeyOf(options);
  const sorted = pyIter(values)
    .map((item) => [key(item), item])
    .sort((a, b) => pyOrder(a[0], b[0]))
    .map((pair) => pair[1]);
  return options.reverse === true ? sorted.reverse() : sorted;
}
export function pyExtreme(sign, args) {
  const options = pyOptions(args);
  const key = pyKeyOf(options);
  const items = args.length === 1 ? pyIter(args[0]) : args;
  if (items.length === 0) return "default" in options ? options.default : pyFail("ValueError", "empty sequence");
  return items.reduce((best, item) => (pyOrder(key(item), key(best)) * sign > 0 ? item : best));
}
export function pyMax(...args) {
  return pyExtreme(1, args);
}
export function pyMin(...args) {
  return pyExtreme(-1, args);
}
export function pyAbs(value) {
  return pyIsOwn(value, "abs") ? value.abs() : Math.abs(value);
}
export function pyAll(values) {
  return pyIter(values).every(pyTruth);
}
export function pyAny(values) {
  return pyIter(values).some(pyTruth);
}
export function pyRange(from, to, step) {
  const [first, end, stride] = to === undefined ? [0, from, 1] : [from, to, step ?? 1];
  if (![first, end, stride].every(Number.isInteger)) return pyFail("TypeError", "range() takes integers");
  return Array.from({ length: Math.max(0, Math.ceil((end - first) / stride)) }, (_, i) => first + i * stride);
}
export function pyList(values) {
  return values === undefined ? [] : [...pyIter(values)];
}
export function pySet(values) {
  return new Set(values === undefined ? [] : pyIter(values));
}
export function pyDict(...args) {
  const { pythonKeywords: _mark, ...named } = pyOptions(args);
  const pairs = args.length === 0 ? [] : Array.isArray(args[0]) ? args[0] : pyItems(args[0]);
  return { ...Object.fromEntries(pairs), ...named };
}
export function pyPow(a, b, modulus) {
  return modulus === undefined ? pyBinary("**", a, b) : Number(pyModPower(BigInt(a), BigInt(b), BigInt(modulus)));
}
export function pyModPower(a, b, modulus) {
  return ((a ** b % modulus) + modulus) % modulus;
}
export function pyDivmod(a, b) {
  return [pyBinary("//", a, b), pyBinary("%", a, b)];
}
export function pyComplex(real, imag) {
  return { real, imag: imag ?? 0 };
}
export function pyBool(value) {
  return pyTruth(value);
}
export function pyInt(value) {
  if (typeof value === "object") return pyFail("TypeError", "int() takes text or a number");
  const number = typeof value === "string" ? Number(value.trim()) : Number(value);
  return Number.isNaN(number) || (typeof value === "string" && value.trim() === "")
    ? pyFail("ValueError", `invalid integer ${value}`)
    : Math.trunc(number);
}
export function pyFloat(value) {
  if (typeof value === "object") return pyFail("TypeError", "float() takes text or a number");
  const number = Number(value);
  return Number.isNaN(number) && value !== "nan" && !Number.isNaN(value)
    ? pyFail("ValueError", `invalid number ${value}`)
    : number;
}
export function pyZip(...lists) {
  const items = lists.map(pyIter);
  return Array.from({ length: Math.min(...items.map((one) => one.length)) }, (_, i) => items.map((one) => one[i]));
}
export function pyEnumerate(values, start) {
  const from = pyOptions([start]).start ?? (typeof start === "number" ? start : 0);
  return pyIter(values).map((item, i) => [i + from, item]);
}
export function pyMap(fn, ...lists) {
  return pyZip(...lists).map((items) => fn(...items));
}
export function pyFilter(fn, values) {
  return pyIter(values).filter((item) => pyTruth(fn === null ? item : fn(item)));
}
export function pyReversed(values) {
  return [...pyIter(values)].reverse();
}
export function pyRepr(value) {
  return typeof value === "string" ? `'${value}'` : pyStr(value);
}
export function pyBase(value, base, prefix) {
  return `${value < 0 ? "-" : ""}${prefix}${Math.abs(value).toString(base)}`;
}
export function pyHex(value) {
  return pyBase(value, 16, "0x");
}
export function pyBin(value) {
  return pyBase(value, 2, "0b");
}
export function pyOct(value) {
  return pyBase(value, 8, "0o");
}
export function pyOrd(text) {
  return text.codePointAt(0);
}
export function pyChr(code) {
  if (typeof code !== "number") return pyFail("TypeError", "an integer is required");
  return String.fromCodePoint(code);
}
export function pyRound(value, digits) {
  if (pyIsOwn(value, "round")) return value.round(digits);
  const places = pyOptions([digits]).ndigits ?? (typeof digits === "number" ? digits : 0);
  if (places > 0) {
    // Half to even where the number is exactly half; toFixed() knows its exact decimals.
    const exact = Math.abs(value).toFixed(Math.min(100, places + 60));
    const [kept, rest] = [exact.slice(0, -60), exact.slice(-60)];
    const up = rest[0] > "5" || (rest[0] === "5" && (/[1-9]/.test(rest.slice(1)) || Number(kept.at(-1)) % 2 === 1));
    return Math.sign(value) * Number((up ? Number(kept) + 10 ** -places : Number(kept)).toFixed(places));
  }
  const scale = 10 ** places;
  const scaled = value * scale;
  const low = Math.floor(scaled);
  const rest = scaled - low;
  return (rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low) / scale;
}
export function pyIsinstance(value, kind) {
  if (Array.isArray(kind)) return kind.some((one) => pyIsinstance(value, one));
  const name = kind?.pythonName ?? kind?.name?.replace(/^py/, "").toLowerCase();
  return name === "int"
    ? Number.isInteger(value)
    : name === "str"
      ? typeof value === "string"
      : name === "float"
        ? typeof value === "number"
        : name === "list" || name === "tuple"
          ? Array.isArray(value)
          : name === "dict"
            ? typeof value === "object"
            : false;
}
export function pyJsonLoads(text) {
  if (typeof text !== "string") return pyFail("TypeError", "the JSON object must be text");
  return JSON.parse(text);
}
export function pyJsonDumps(value) {
  return JSON.stringify(value, null, 1)
    .replace(/\n\s*/g, " ")
    .replace(/([[{]) /g, "$1")
    .replace(/ ([\]}])/g, "$1");
}

/** Attributes of plain values; `undefined` if Python has none of that name here. */
export function pyMethod(of, name) {
  if (typeof of === "string") return pyTextMethod(of, name);
  if (Array.isArray(of)) return pyListMethod(of, name);
  if (typeof of === "number") return pyNumberAttribute(of, name);
  if (of instanceof Set) return pySetMethod(of, name);
  if (typeof of === "object" && of !== null && "real" in of && (name === "real" || name === "imag")) return of[name];
  if (typeof of === "object" && of !== null && (of instanceof Map || Object.getPrototypeOf(of) === Object.prototype))
    return pyDictMethod(of, name);
  return undefined;
}
export function pyNumberAttribute(of, name) {
  return {
    real: of,
    imag: 0,
    numerator: of,
    denominator: 1,
    conjugate: () => of,
    is_integer: () => Number.isInteger(of),
    bit_length: () => (of === 0 ? 0 : Math.floor(Math.log2(Math.abs(of))) + 1),
    __add__: (other) => pyBinary("+", of, other),
    __mul__: (other) => pyBinary("*", of, other),
  }[name];
}
export function pyTextMethod(of, name) {
  const strip = (side) => (chars) => {
    let text = of;
    const drop = (c) => (chars === undefined ? /\s/.test(c) : chars.includes(c));
    while (side !== "r" && text !== "" && drop(text[0])) text = text.slice(1);
    while (side !== "l" && text !== "" && drop(text.at(-1))) text = text.slice(0, -1);
    return text;
  };
  return {
    upper: () => of.toUpperCase(),
    lower: () => of.toLowerCase(),
    title: () => of.toLowerCase().replace(/\b[a-z]/g, (c) => c.toUpperCase()),
    capitalize: () => of.slice(0, 1).toUpperCase() + of.slice(1).toLowerCase(),
    split: (by, most) => {
      if (by === undefined || by === null) {
        const words = of.trim() === "" ? [] : of.trim().split(/\s+/);
        if (most === undefined || words.length <= most + 1) return words;
        return [...words.slice(0, most), of.trimStart().replace(new RegExp(`^(?:\\S+\\s+){${most}}`), "")];
      }
      const parts = of.split(by);
      return most === undefined || parts.length <= most + 1
        ? parts
        : [...parts.slice(0, most), parts.slice(most).join(by)];
    },
    rsplit: (by, most) => {
      const parts = by === undefined || by === null ? of.trim().split(/\s+/) : of.split(by);
      const joined = most === undefined ? 0 : parts.length - most;
      return joined <= 1 ? parts : [parts.slice(0, joined).join(by ?? " "), ...parts.slice(joined)];
    },
    replace: (a, b, most) =>
      typeof most !== "number" || most < 0
        ? of.replaceAll(a, b)
        : of.split(a).reduce((done, part, at) => done + (at <= most ? b : a) + part),
    strip: strip(""),
    lstrip: strip("l"),
    rstrip: strip("r"),
    startswith: (a) => [a].flat().some((one) => of.startsWith(one)),
    endswith: (a) => [a].flat().some((one) => of.endsWith(one)),
    join: (items) => pyIter(items).join(of),
    count: (a) => of.split(a).length - 1,
    find: (a) => of.indexOf(a),
    isdigit: () => /^\d+$/.test(of),
    isalpha: () => /^\p{L}+$/u.test(of),
    isalnum: () => /^[\p{L}\p{N}]+$/u.test(of),
    isspace: () => /^\s+$/.test(of),
    isupper: () => of !== of.toLowerCase() && of === of.toUpperCase(),
    islower: () => of !== of.toUpperCase() && of === of.toLowerCase(),
    swapcase: () => [...of].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join(""),
    zfill: (n) => of.padStart(n, "0"),
    ljust: (n, fill) => of.padEnd(n, fill ?? " "),
    rjust: (n, fill) => of.padStart(n, fill ?? " "),
    center: (n, fill) => {
      const room = Math.max(0, n - of.length);
      const left = Math.floor(room / 2) + ((room % 2) & (n % 2));
      return of.padStart(of.length + left, fill ?? " ").padEnd(of.length + room, fill ?? " ");
    },
    rfind: (a) => of.lastIndexOf(a),
    index: (a) => (of.includes(a) ? of.indexOf(a) : pyFail("ValueError", "substring not found")),
    partition: (a) => {
      const at = of.indexOf(a);
      return at < 0 ? [of, "", ""] : [of.slice(0, at), a, of.slice(at + a.length)];
    },
    removeprefix: (a) => (of.startsWith(a) ? of.slice(a.length) : of),
    removesuffix: (a) => (a !== "" && of.endsWith(a) ? of.slice(0, -a.length) : of),
    isidentifier: () => /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(of),
    format: (...items) => of.replace(/\{(\d*)\}/g, (_, at) => pyStr(at === "" ? items.shift() : items[Number(at)])),
    splitlines: () => of.split(/\r?\n/),
  }[name];
}
export function pyListMethod(of, name) {
  return {
    index: (value) => {
      const at = of.findIndex((item) => pyEqual(item, value));
      return at < 0 ? pyFail("ValueError", "not in list") : at;
    },
    count: (value) => of.filter((item) => pyEqual(item, value)).length,
    append: (value) => {
      of.push(value);
      return null;
    },
    extend: (values) => {
      of.push(...pyIter(values));
      return null;
    },
    copy: () => [...of],
  }[name];
}
export function pySetMethod(of, name) {
  return {
    add: (value) => {
      of.add(value);
      return null;
    },
    discard: (value) => {
      of.delete(value);
      return null;
    },
    union: (...others) => new Set([...of, ...others.flatMap(pyIter)]),
    difference: (other) => new Set([...of].filter((x) => !pyContains(other, x))),
    intersection: (other) => new Set([...of].filter((x) => pyContains(other, x))),
  }[name];
}
export function pyDictMethod(of, name) {
  return {
    items: () => pyItems(of),
    keys: () => pyItems(of).map((pair) => pair[0]),
    values: () => pyItems(of).map((pair) => pair[1]),
    copy: () => ({ ...of }),
    get: (key, otherwise) => {
      const found = pyItems(of).find((pair) => pyEqual(pair[0], key));
      return found === undefined ? (otherwise ?? null) : found[1];
    },
  }[name];
}
/** Keywords of a table's methods: one options object, but where our method takes the value itself. */
export function pyTableArguments(name, args) {
  const last = args[args.length - 1];
  if (typeof last !== "object" || last === null || last.pythonKeywords !== true) return args;
  const { pythonKeywords: _mark, ...named } = last;
  const direct = { rename: "columns", drop: "columns", head: "n", tail: "n", round: "decimals" }[name];
  const rest = args.slice(0, -1);
  if (direct !== undefined && direct in named) return [...rest, named[direct]];
  return Object.keys(named).length === 0 ? rest : [...rest, named];
}
/** An attribute in a lambda: a method of a plain value, else the object's own, by the name given for JavaScript. */
export function pyAttribute(of, name, own) {
  const method = pyMethod(of, name);
  if (method !== undefined) return method;
  // A plain object is a dict here: its items are no attributes.
  if (of !== null && typeof of === "object" && Object.getPrototypeOf(of) === Object.prototype)
    return pyFail("AttributeError", `no attribute ${name}`);
  if (of === null || of === undefined) return pyFail("AttributeError", `None has no ${name}`);
  const value = of[own];
  return typeof value === "function"
    ? typeof of.lazy === "function" || of.view !== undefined
      ? (...args) => value.apply(of, pyTableArguments(own, args))
      : value.bind(of)
    : value !== undefined
      ? value
      : Array.isArray(of.columns) && of.columns.includes(name)
        ? of.get(name)
        : pyFail("AttributeError", `no attribute ${name}`);
}
