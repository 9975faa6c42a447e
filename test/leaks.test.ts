import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Observations } from './support/watched-process.ts'

/** Whether a text contains any JWT. A session ID can look like a JWT by chance, but is not JSON. */
function holdsJwt(text: string): boolean {
  return [...text.matchAll(/(eyJ[\w-]{8,})\.[\w-]{8,}/g)].some(([, header = '']) => {
    try {
      return typeof JSON.parse(Buffer.from(header, 'base64url').toString()) === 'object'
    } catch {
      return false
    }
  })
}

// Node's NODE_DEBUG and Express's DEBUG print whole requests, and a package cannot prevent that. These tests check
// that this package and its dependencies write nothing with any setting. Only undici writes, and it writes no secret.
const library = fileURLToPath(new URL('../lib/', import.meta.url))
const brought = /node_modules\/(?:jose|openid-client|oauth4webapi|valibot)\//
const isOurs = (file: string) => file.includes(library) || brought.test(file)

describe('all journeys and all faults, with a listener for every event', () => {
  let seen: Observations
  let folder: string
  let child: ChildProcess | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leaks-'))
    const file = join(folder, 'observations.json')
    child = fork(fileURLToPath(new URL('./support/watched-process.ts', import.meta.url)), [file], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, NODE_DEBUG: '*', DEBUG: '*' },
      stdio: 'ignore',
    })
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect({ code, signal }).toEqual({ code: 0, signal: null })
    seen = JSON.parse(await readFile(file, 'utf8')) as Observations
  }, 300_000)

  afterAll(async () => {
    child?.kill()
    await rm(folder, { recursive: true })
  })

  /** The secrets that are in one of the texts. */
  function leaksIn(texts: readonly string[]): string[] {
    const all = texts.join('\n')
    return Object.entries(seen.secrets).flatMap(([kind, values]) =>
      values.filter((value) => all.includes(value)).map((value) => `${kind}: ${value}`),
    )
  }

  it('are many, and include each kind of secret, so the tests below are meaningful', () => {
    expect(seen.journeys).toBeGreaterThan(250)
    expect(seen.errors.length).toBeGreaterThan(150)
    expect(seen.events.length).toBeGreaterThan(500)
    expect(Object.keys(seen.secrets).sort()).toEqual(
      [
        ...['ID token', 'access token', 'client assertion', 'client secret', 'code', 'key'],
        ...['personal data', 'verifier'],
      ].sort(),
    )
    for (const values of Object.values(seen.secrets)) expect(values.length).toBeGreaterThan(0)
  })

  it('are searched for any JWT, and for nothing else', () => {
    expect(holdsJwt(`message: ${seen.secrets['ID token']?.[0] ?? ''}`)).toBe(true)
    expect(holdsJwt('connect.sid=s%3AeyJhbGciOiJFUzI1NiIsImtpZCI.SflKxwRJSMeKKF2QT4fw')).toBe(false)
  })

  it('all finish, and leave no rejection unhandled', () => {
    expect(seen.failures).toEqual([])
  })

  it('[CB-11] [CID-6] write nothing to stdout and stderr, with any NODE_DEBUG and DEBUG', () => {
    const writers = Object.keys(seen.writes)
    expect(writers.filter((file) => file.startsWith('node:')).length).toBeGreaterThan(2)
    expect(writers.filter(isOurs)).toEqual([])
  })

  it('[CB-11] [CID-6] [CID-12] leave no secret and no personal data in an error, its causes or its stack', () => {
    expect(leaksIn(seen.errors)).toEqual([])
    expect(seen.errors.filter(holdsJwt)).toEqual([])
  })

  it('[CB-11] [CID-6] leave no secret in the debug output of undici', () => {
    expect(seen.undiciWrites.length).toBeGreaterThan(500)
    // One fault of the simulator sends the logout token in the address on purpose.
    const ours = seen.undiciWrites.filter((line) => !line.includes('/back-channel-logout?logout_token='))
    expect(leaksIn(ours)).toEqual([])
    expect(ours.filter(holdsJwt)).toEqual([])
  })

  it('[CB-11] end in errors of this package only', () => {
    expect(seen.errors.filter((error) => error.startsWith('unexpected'))).toEqual([])
  })

  it('[CID-6] leave no secret and no personal data in an event', () => {
    expect(leaksIn(seen.events)).toEqual([])
    expect(seen.events.filter(holdsJwt)).toEqual([])
  })

  it('[SESS-9] leave no secret and no personal data in headers, cookies, addresses and error pages', () => {
    // One Login requires 2 tokens in the address of a redirect: the request object, whose claims are checked here, and
    // the ID token as a hint.
    const responses = seen.responses.map((response) =>
      response
        .replace(/\brequest=[\w-]+\.([\w-]+)\.[\w-]+/g, (_request, claims: string) =>
          Buffer.from(claims, 'base64url').toString(),
        )
        .replace(/(\bid_token_hint(?:=|":"))[\w.-]+/g, '$1(for One Login)'),
    )
    expect(leaksIn(responses)).toEqual([])
    expect(responses.filter(holdsJwt)).toEqual([])
  })
})
