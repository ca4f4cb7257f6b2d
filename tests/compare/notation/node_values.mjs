// Prints values as console.log shows them, but for its limit of depth, and as JSON: [[shown, JSON], …].
import { inspect } from "node:util";

class Photo {
  constructor() {
    this.title = "Cat";
    this.distance = 0.5;
  }
}
class Bag extends Array {}
const bare = Object.assign(Object.create(null), { a: 1, "b c": [null] });
const long = "line one is long enough to be wrapped by it\nline two is long enough as well, so it is wrapped\n third";

const values = [
  {}, [], { a: 1 }, [1, 2, [3]], [[]], [{}], { x: [[]], y: [{}], z: {} },
  { a: { b: { c: "d" } } }, [[["deep"]]], null, true, 12, -0.5, 1e21, 1.5e-7, [1e400 > 1, -1],
  "top", "it's", 'see "it"', "it's \"both\"", "all three: ' \" `", "tab\t nl\n cr\r \\ \u0001 \u007f \u2028 \u{1f600}", "",
  [long], { long, after: 1 }, { "a-b": 1, "1x": 2, 3: 4, $ok: 5, _ok: 6, "": 7, "it's": 8, "a\nb": 9, Ünï: 10 },
  new Photo(), [new Photo(), new Photo()], { photo: new Photo() }, bare, [bare], Bag.from([1, 2]), Object.assign(new Bag(), ["x"]),
  new Date(0), [new Date(1e12)], { at: new Date(-1) }, new Date(1e15),
  Array.from({ length: 100 }, (_, i) => i), Array.from({ length: 30 }, (_, i) => i / 7), Array.from({ length: 20 }, (_, i) => "x".repeat(i)),
  [new String("abc"), new Number(3), new Boolean(false)], [true, false, null], { t: true, n: null },
  { "Map(1) {": "=>", "[Object]": "... 2 more items", "...": "..." }, ["[Object]", "[Circular *1]", "<ref *1>", "undefined"],
  [" ", ",", "]", "}", ": ", "a: 1", "// no", "/* no */", "#"], { f: "Error: x\n    at y (z:1:2)" }, new URL("http://a/b?c=d").href,
  { data: { Get: { Dog: [{ breed: "Corgi", _additional: { distance: 0.05797421932220459, id: "a-b" } }] } } },
  [0, -1, 2.5, 123456789012345, 0.1 + 0.2], { a: ["x"], b: [[1, 2], [3, 4]] }, "\ud83d", ["\ud83d lone"], "a\\...", "\\",
  "a", ["a", "b"], [null, null], { a: [] }, { a: {}, b: [{}] }, [[1], [2, [3, [4]]].flat()], { deep: { down: [1, { x: null }] } },
  Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`key${i}`, { i }])),
];
process.stdout.write(JSON.stringify(values.map((value) => [inspect(value, { depth: null }), JSON.stringify(value)])));
