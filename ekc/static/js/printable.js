// Which letters paper cannot print, by the fonts that it is printed with; forms.js asks for it once somebody types a letter
// that is not ASCII. What the server says when it is saved is the same (core/documents.py), and a test compares both.
const RANGES = "0 d 20-7e a0-377 37a-37f 384-38a 38c 38e-3a1 3a3-3e1 3f0-52f 600-61c 61e-6ff 750-77f 8a0-8b4 8b6-8be 8d3-8ff 1200-1248 124a-124d 1250-1256 1258 125a-125d 1260-1288 128a-128d 1290-12b0 12b2-12b5 12b8-12be 12c0 12c2-12c5 12c8-12d6 12d8-1310 1312-1315 1318-135a 135d-137c 1380-1399 1ab0-1ac0 1c80-1c88 1d00-1df9 1dfb-1f15 1f18-1f1d 1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f7d 1f80-1fb4 1fb6-1fc4 1fc6-1fd3 1fd6-1fdb 1fdd-1fef 1ff2-1ff4 1ff6-1ffe 2000-2064 2066-2071 2074-208e 2090-209c 20a0-20bf 20f0 2100-215f 2184 2189 22ee 25cc 2c60-2c7f 2d80-2d96 2da0-2da6 2da8-2dae 2db0-2db6 2db8-2dbe 2dc0-2dc6 2dc8-2dce 2dd0-2dd6 2dd8-2dde 2de0-2e52 a640-a69f a700-a7bf a7c2-a7ca a7f5-a7ff a92e ab01-ab06 ab09-ab0e ab11-ab16 ab20-ab26 ab28-ab2e ab30-ab6b fb00-fb06 fb50-fbc1 fbd3-fd3f fd50-fd8f fd92-fdc7 fdf0-fdfd fe00 fe20-fe2f fe70-fe74 fe76-fefc feff fffc-fffd";

const CODES = RANGES.split(" ").map((range) => range.split("-").map((code) => parseInt(code, 16)));
const NOTHING = /[\s\u0000-\u001f\u007f-\u009f\ufe00-\ufe0f]/u;

// The letters of a text that paper lacks, each once.
export function missing(text) {
  const isThere = (code) => CODES.some(([first, last = first]) => first <= code && code <= last);
  return [...new Set(text)].filter((letter) => !NOTHING.test(letter) && !isThere(letter.codePointAt(0)));
}
