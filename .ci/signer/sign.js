// Writes signed requests, one JSON object a line, to standard output:
//
//     node sign.js [COUNT] [SEED]
//
// Every signature is made by Twilio's own npm package. COUNT requests (3000)
// are right and must be accepted; each has one or two spoiled copies that must
// be refused. The same SEED (1) writes the same lines.
//
// Only what Twilio itself would sign is generated. Left out, because the
// official libraries disagree among themselves or because Twilio never does it:
//   - escapes of the query that are spelled otherwise in the signed URL, save
//     "@" and ":" of SIP addresses, which Twilio signs raw and requests escaped;
//   - a scheme in upper case, and a slash that only one side has;
//   - lone surrogates, which are no text; ill-formed bytes of a body are there,
//     and are signed as the WHATWG decoder reads them;
//   - a GET with a body, and a form that is signed by its hash.
// The package sorts by UTF-16 units, others by code points: both must be
// accepted, and keys and values on either side of the surrogates are generated.
import { createHash, createHmac } from "node:crypto";
import twilio from "twilio";

const { getExpectedTwilioSignature, getExpectedBodyHash } = twilio;

const count = Number(process.argv[2] ?? 3000);
let state = Number(process.argv[3] ?? 1) >>> 0;

// random is Mulberry32: small, and the same everywhere.
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const chance = (p) => random() < p;

const alphabet = [
  ..."abcXYZ019", " ", "  ", "+", "%", "&", "=", ";", "#", "?", "/", "\\", "'", '"', "<", ">", "[", "]", "{", "}", "|", "~", "!",
  "(", ")", "*", ",", ":", "@", "$", "^", "`", "_", "-", ".", "\t", "\n", "\r\n", "\r", "\u0000", "\u00a0", "é", "e\u0301", "ß", "İ",
  "語", "\u200d", "\u2028", "\ue000", "\ufeff", "\uffee", "\ufffd", "\uffff", "😀", "👍🏽", "\u{10000}", "\u{10ffff}",
];
const names = [
  "AccountSid", "ApiVersion", "Body", "CallSid", "From", "To", "MessageSid", "NumMedia", "Digits", "SpeechResult", "a", "A", "aa", "a.b",
  "a[]", "__proto__", "constructor", "length", "0", "10", "9", "SipHeader_X-Id",
];

function text(most) {
  let s = "";
  for (let n = below(most + 1); n > 0; n--) s += pick(alphabet);
  return s;
}

function name() {
  return chance(0.7) ? pick(names) : text(6);
}

// encode spells s for a form; the same text has many spellings.
function encode(s) {
  let out = "";
  for (const byte of Buffer.from(s, "utf-8")) {
    const c = String.fromCharCode(byte);
    const hex = byte.toString(16).padStart(2, "0");
    if (/[A-Za-z0-9*._-]/.test(c)) out += chance(0.98) ? c : "%" + hex;
    else if (c === " ") out += chance(0.8) ? "+" : "%20";
    else if (/[!'()~:@,;/?$]/.test(c) && chance(0.2)) out += c;
    else out += "%" + (chance(0.8) ? hex.toUpperCase() : hex);
  }
  return out;
}

const illFormed = ["%FF", "%C3", "%E2%82", "%F0%9F%98", "%ED%A0%80", "%C0%AF", "%F4%90%80%80", "%E0%80%80", "%80", "%F0%80%80"];

function form() {
  const pairs = [];
  for (let n = below(30); n > 0; n--) {
    const key = name();
    pairs.push([key, text(20)]);
    while (chance(0.1)) pairs.push([key, chance(0.3) ? pairs.at(-1)[1] : text(4)]);
  }
  for (let i = pairs.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [pairs[i], pairs[j]] = [pairs[j], pairs[i]];
  }
  const parts = pairs.map(([k, v]) => (v === "" && chance(0.2) && k !== "" ? encode(k) : encode(k) + "=" + encode(v)));
  if (chance(0.1)) parts.push(encode(name()) + "=" + pick(illFormed) + encode(text(3)));
  if (chance(0.05)) parts.push("lone=100%" + pick(["", "g", "%", "2"]));
  if (chance(0.05)) parts.splice(below(parts.length + 1), 0, "");
  return parts.join("&");
}

// listOf reads a form as the URL standard does. The empty pair in front, which
// counts for nothing, keeps URLSearchParams from cutting off a first "?".
const listOf = (body) => [...new URLSearchParams("&" + body)];

function objectOf(list) {
  const params = Object.create(null);
  for (const [k, v] of list) {
    if (k in params) params[k] = [].concat(params[k], v);
    else params[k] = v;
  }
  return params;
}

const hosts = ["example.com", "hooks.example.com", "Hooks.Example.COM", "xn--bcher-kva.example", "192.0.2.1", "[2001:db8::1]", "a.b.c.example"];
const paths = ["", "/", "/twilio", "/twilio/sms/", "/a%20b", "/caf%C3%A9", "/caf%c3%a9", "/a//b", "/~user", "/@me", "/(x)!*$", "/a,b", "/a%2Fb", "/%41"];
const queries = [
  "", "", "", "?a=1", "?b=2&a=1", "?x=a+b", "?x=a%20b", "?x=%C3%A9", "?x[]=1&x[]=2", "?x=%5B1%5D", "?x=100%", "?x==1", "?=", "?x", "?x=1&x=2",
  "?u=https%3A%2F%2Fb.example%2Fc%3Fd%3De", "?sip=sip:a@b", "?x=it's", "?x=it%27s", "?AccountSid=&x=", "?x=\"q\"|^`", "?x=;&y=,", "?step=a.b",
];

// place makes the URL that is received and the one that is signed: Twilio keeps
// the port, drops it, or adds the standard one; userinfo and fragment never
// arrive, but may have been signed.
function place(scheme) {
  const host = pick(hosts);
  const port = chance(0.3) ? pick([":8443", ":80", ":443", ":1234"]) : "";
  const standard = scheme === "https" || scheme === "wss" ? ":443" : ":80";
  const user = chance(0.15) ? pick(["user:pa%3Ass", "user", "u:p"]) : "";
  const fragments = chance(0.2) ? ["rc=2&rp=5xx,ct,rt", "ct=2000"].slice(below(2)) : [];
  const rest = pick(paths) + pick(queries);
  if (chance(0.05) && !/%3a|%40/i.test(rest)) {
    const sip = pick(["sip%3A100%40192.0.2.7", "sip%3abob%40b.example"]);
    const before = rest + (rest.includes("?") ? "&" : "?") + "Caller=";
    return made(before + sip, before + sip.replace(/%3a/i, ":").replace("%40", "@"));
  }
  return made(rest, rest);

  function made(received, signed) {
    return {
      url: `${scheme}://${host}${port}${received}`,
      user,
      fragments,
      signed:
        `${scheme}://${user && chance(0.5) ? user + "@" : ""}${host}` +
        (port === "" ? pick(["", "", standard]) : pick([port, ""])) +
        signed +
        (fragments.length && chance(0.5) ? "#" + pick(fragments) : ""),
    };
  }
}

const alnum = "0123456789abcdef";
function token() {
  if (chance(0.05)) return pick(["1", "k".repeat(64), "k".repeat(65), "t ö k é n", "x".repeat(200)]);
  return Array.from({ length: 32 }, () => pick([...alnum])).join("");
}

const formTypes = ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded;charset=utf-8"];
const otherTypes = ["application/json", "application/json; charset=utf-8", "application/cloudevents+json", "text/plain", ""];

function request() {
  const key = token();
  const kind = random();
  if (kind < 0.6) {
    const at = place(pick(["https", "https", "http"]));
    const body = form();
    return { ...at, token: key, method: "POST", contentType: pick(formTypes), body: Buffer.from(body), params: listOf(body) };
  }
  if (kind < 0.8) {
    const at = place(pick(["https", "https", "http"]));
    const more = chance(0.7) && !at.url.includes("Caller=") ? "From=%2B15005550006&Body=" + encode(text(8)).replace(/['"]/g, "") : "";
    if (more !== "") {
      const join = (url) => {
        const [whole, ...fragment] = url.split("#");
        return whole + (whole.includes("?") ? "&" : "?") + more + (fragment.length ? "#" + fragment.join("#") : "");
      };
      at.url = join(at.url);
      at.signed = join(at.signed);
    }
    return { ...at, token: key, method: "GET", contentType: "", body: Buffer.alloc(0), params: [] };
  }
  if (kind < 0.85) {
    return { ...place("wss"), token: key, method: "GET", contentType: "", body: Buffer.alloc(0), params: [] };
  }
  const at = place("https");
  const body = chance(0.1) ? Buffer.alloc(0) : Buffer.from(pick(["", " ", "\ufeff"]) + JSON.stringify({ a: text(30), n: below(9) }) + pick(["", "\n", "\r\n"]));
  const hash = "bodySHA256=" + (body.length ? getExpectedBodyHash(body) : createHash("sha256").digest("hex"));
  for (const part of ["url", "signed"]) {
    const [whole, ...fragment] = at[part].split("#");
    at[part] = whole + (whole.includes("?") ? "&" : "?") + hash + (fragment.length ? "#" + fragment.join("#") : "");
  }
  return { ...at, token: key, method: "POST", contentType: pick(otherTypes), body, params: [] };
}

const sign = (r) => getExpectedTwilioSignature(r.token, r.signed, objectOf(r.params));

let lines = 0;
function write(r, valid, why) {
  lines++;
  process.stdout.write(
    JSON.stringify({
      name: `${lines} ${why}`, token: r.token, method: r.method, url: r.url, user: r.user, fragments: r.fragments,
      content_type: r.contentType, body: r.body.toString("base64"), params: r.params, signature: r.signature, valid,
    }) + "\n",
  );
}

const isForm = (r) => r.method === "POST" && r.contentType.toLowerCase().includes("x-www-form-urlencoded");

// withBody is r with another form, and whether that form signs differently.
function withBody(r, body) {
  const other = { ...r, body: Buffer.from(body), params: listOf(body) };
  return sign(other) === r.signature ? null : other;
}

const flip = (s, i) => s.slice(0, i) + (s[i] === "A" ? "B" : "A") + s.slice(i + 1);

// spoil returns a copy that must be refused, or null where it would be none.
const spoilers = {
  "signature: a character": (r) => ({ ...r, signature: flip(r.signature, below(26)) }),
  "signature: empty": (r) => ({ ...r, signature: "" }),
  "signature: no padding": (r) => ({ ...r, signature: r.signature.replace("=", "") }),
  "signature: space": (r) => ({ ...r, signature: r.signature + " " }),
  "signature: twice": (r) => ({ ...r, signature: r.signature + "," + r.signature }),
  "signature: hex": (r) => ({ ...r, signature: Buffer.from(r.signature, "base64").toString("hex") }),
  "signature: another algorithm": (r) => ({ ...r, signature: createHmac("sha256", r.token).update(r.signed).digest("base64") }),
  "token: another": (r) => ({ ...r, token: r.token + "x" }),
  "url: path": (r) => ({ ...r, url: r.url.replace(/^([a-z]+:\/\/[^/?#]*)/, "$1/evil") }),
  "url: host": (r) => ({ ...r, url: r.url.replace("://", "://evil.") }),
  "url: scheme": (r) => ({ ...r, url: r.url.startsWith("https") ? r.url.replace("https", "http") : r.url.replace(/^[a-z]+/, "https") }),
  "url: query added": (r) => ({ ...r, url: r.url + (r.url.includes("?") ? "&" : "?") + "evil=1" }),
  "url: query lost": (r) => (r.url.includes("?") ? { ...r, url: r.url.split("?")[0] } : null),
  "form: value": (r) => isForm(r) && r.body.includes("=") && withBody(r, r.body.toString().replace("=", "=evil")),
  "form: key": (r) => isForm(r) && r.body.length > 0 && withBody(r, "evil" + r.body),
  "form: added": (r) => isForm(r) && withBody(r, r.body + "&evil=1"),
  "form: empty one added": (r) => isForm(r) && withBody(r, r.body + "&evil="),
  "form: second value": (r) => isForm(r) && r.params.length > 0 && withBody(r, r.body + "&" + encodeURIComponent(pick(r.params)[0]) + "=evil"),
  "form: lost": (r) => isForm(r) && withBody(r, r.body.toString().split("&").slice(1).join("&")),
  "form: as JSON": (r) => isForm(r) && { ...r, contentType: "application/json" },
  "form: multipart": (r) => isForm(r) && { ...r, contentType: "multipart/form-data; boundary=x" },
  "json: body": (r) => r.method === "POST" && !isForm(r) && { ...r, body: Buffer.concat([r.body, Buffer.from(" ")]) },
  "json: as form": (r) => r.method === "POST" && !isForm(r) && { ...r, body: Buffer.from("evil=1"), contentType: formTypes[0] },
  "json: hash put first": (r) =>
    r.method === "POST" && !isForm(r) && { ...r, body: Buffer.from("evil"), url: r.url.replace("?", "?bodySHA256=" + getExpectedBodyHash("evil") + "&") },
  "get: as a form": (r) => r.method === "GET" && { ...r, method: "POST", contentType: formTypes[0], body: Buffer.from("evil=1") },
  "get: with a body": (r) => r.method === "GET" && { ...r, contentType: "application/json", body: Buffer.from("{}") },
};

for (let i = 0; i < count; i++) {
  const r = request();
  r.signature = sign(r);
  write(r, true, "right");
  for (let n = 1 + below(2); n > 0; n--) {
    const why = pick(Object.keys(spoilers));
    const bad = spoilers[why](r);
    if (bad) write(bad, false, why);
  }
}
