import { randomInt } from 'node:crypto'

/** Text that often breaks parsers. */
const pieces = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '.',
    '\\',
    '/',
    '%',
    '&',
    '=',
    '#',
    '?',
    '\n',
    '\0',
    '\u2028',
    '\ufeff',
  ],
  ...[
    'null',
    'true',
    '1e999',
    '-0',
    '""',
    '[]',
    '{}',
    '__proto__',
    'constructor',
    '%2f',
    '%5c',
    '\\u0000',
    '//',
    '..',
  ],
  ...[
    'none',
    'HS256',
    'ES256',
    'RS256',
    'Cl',
    'Cl.Cm',
    'P0',
    'P1',
    'P3',
    'did:web:',
    'https://',
    'http://',
    'code=',
    'state=',
  ],
].map((text) => Buffer.from(text))

const at = (data: Buffer) => randomInt(data.length + 1)
const pick = <One>(list: readonly One[]): One => list[randomInt(list.length)] as One

const changes: readonly ((data: Buffer, other: Buffer) => Buffer)[] = [
  (data) => {
    const changed = Buffer.from(data)
    const index = randomInt(Math.max(data.length, 1))
    if (index < changed.length) changed[index] = randomInt(256)
    return changed
  },
  (data) => insert(data, pick(pieces)),
  (data) => insert(data, Buffer.from([randomInt(256)])),
  (data) => {
    const [from, to] = [at(data), at(data)].sort((a, b) => a - b) as [number, number]
    return Buffer.concat([data.subarray(0, from), data.subarray(to)])
  },
  (data) => {
    const [from, to] = [at(data), at(data)].sort((a, b) => a - b) as [number, number]
    return insert(data, data.subarray(from, to))
  },
  (data, other) => Buffer.concat([data.subarray(0, at(data)), other.subarray(at(other))]),
]

function insert(data: Buffer, piece: Buffer): Buffer {
  const place = at(data)
  return Buffer.concat([data.subarray(0, place), piece, data.subarray(place)])
}

/** Returns a new input that is similar to one of these. */
export function mutated(inputs: readonly Buffer[]): Buffer {
  let data = pick(inputs)
  for (let left = randomInt(1, 6); left > 0; left--) data = pick(changes)(data, pick(inputs))
  return data.subarray(0, 4096)
}
