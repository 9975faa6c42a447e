import { describe, expect, it } from 'vitest'
import { returnPath } from '../lib/return-path.ts'

/** The origin that a browser opens for a Location header on a page of this site. */
function whereABrowserGoes(location: string): string {
  return new URL(location, 'https://service.example/auth/callback').origin
}

describe('paths of this site', () => {
  it.each([
    '/',
    '/dragons',
    '/dragons?colour=green&size=2#tail',
    '/dragons/../treasure?a=//b',
    '/a//b',
    '/?next=https://elsewhere.example',
    '/@elsewhere.example',
    '/:80',
  ])('[CB-12] keeps %s', (path) => {
    const result = returnPath(path)
    const { pathname, search, hash } = new URL(path, 'https://service.example')
    expect(result).toBe(pathname + search + hash)
    expect(whereABrowserGoes(result)).toBe('https://service.example')
  })

  it('[CB-12] encodes text of any script as a browser does', () => {
    expect(returnPath('/trethu-eich-ŵydd?enw=Siân')).toBe('/trethu-eich-%C5%B5ydd?enw=Si%C3%A2n')
  })
})

describe('other addresses', () => {
  it('[CB-12] become /, however often they are requested, in any script', () => {
    const wanted = ['//evil\u00de\u0097', '/Si\u00e2n', '//ex\u00e4mple.com']
    const outcomes = new Set<string>()
    // Node's compiled URL.canParse, used after many calls, is wrong about some of these.
    for (let call = 0; call < 30_000; call++) outcomes.add(wanted.map((path) => returnPath(path)).join(' '))
    expect([...outcomes]).toEqual(['/ /Si%C3%A2n /'])
  })

  it.each([
    'https://elsewhere.example/',
    'HTTPS://elsewhere.example',
    '//elsewhere.example',
    '///elsewhere.example',
    '////elsewhere.example',
    String.raw`/\elsewhere.example`,
    String.raw`\\elsewhere.example`,
    String.raw`\/elsewhere.example`,
    String.raw`/\/elsewhere.example`,
    String.raw`//\elsewhere.example`,
    '/\t/elsewhere.example',
    '/\n/elsewhere.example',
    '/\r/elsewhere.example',
    '\t//elsewhere.example',
    ' //elsewhere.example',
    '/.//elsewhere.example',
    String.raw`/.\\elsewhere.example`,
    String.raw`/./\elsewhere.example`,
    '/..//elsewhere.example',
    '/a/..//elsewhere.example',
    '/%2e//elsewhere.example',
    '/%2E%2e//elsewhere.example',
    '/.\t//elsewhere.example',
    '/%2f/elsewhere.example',
    '/%2F%2Felsewhere.example',
    '/%5celsewhere.example',
    '/%5C/elsewhere.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'dragons',
    '?a=b',
    '#a',
    '@elsewhere.example',
    '.elsewhere.example',
    '//[',
    '',
  ])('[CB-12] become /: %j', (wanted) => {
    expect(returnPath(wanted)).toBe('/')
  })

  it.each([undefined, null, 5, ['/a'], { toString: () => '/a' }])(
    '[CB-12] become / if they are not a string: %j',
    (wanted) => {
      expect(returnPath(wanted)).toBe('/')
    },
  )

  it('[CB-12] leave no line break in the path', () => {
    expect(returnPath('/a\r\nSet-Cookie: a=b')).not.toMatch(/[\r\n]/)
  })
})
