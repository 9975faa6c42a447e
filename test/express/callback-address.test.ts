import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { CallbackAddress, isSamePath } from '../../lib/express/callback-address.ts'

const callback = new CallbackAddress('https://tax-your-dragon.service.gov.uk/auth/callback')
const behindProxy = new CallbackAddress('https://www.service.gov.uk/dragons/auth/callback')

/** A request of an app with these settings. */
const request = (originalUrl: string, ...settings: string[]) =>
  ({ originalUrl, app: { enabled: (name: string) => settings.includes(name) } }) as unknown as Request

describe('a callback', () => {
  it.each([
    ['/auth/callback', false],
    ['/auth/callback?', false],
    ['/auth/callback?utm_source=a', false],
    ['/auth/callback?code=a', true],
    ['/auth/callback?state=a', true],
    ['/auth/callback?error=a', true],
    ['/auth/callback?error_description=a', true],
    ['/auth/callback?iss=a', true],
    ['/auth/callback?code=a&state=b', true],
    ['/Auth/Callback/?code=a', true],
    ['http://evil.example/auth/callback?code=a', true],
    ['/behind-a-proxy?code=a&state=b', true],
    ['/behind-a-proxy?error=a&state=b', true],
    ['http://evil.example?error=a&state=b', true],
    ['/behind-a-proxy?code=a', false],
    ['/behind-a-proxy?error=a', false],
    ['/behind-a-proxy?code=a&error=b', false],
    ['/behind-a-proxy?state=b', false],
    ['/behind-a-proxy#?code=a&state=b', false],
    ['/auth/callback#a?', false],
    ['/auth/callback#?code=a', false],
    ['/sign-in', false],
    ['/', false],
    ['//evil.example/auth/callback?code=a', false],
    ['/a?b=http://c.example/auth/callback', false],
    ['/behind-a-proxy?x://&code=a&state=b', true],
    ['h2c://evil.example/auth/callback?code=a', true],
    ['/behind-a-proxy#a?code=a&state=b', false],
    ['/a/http://evil.example/auth/callback?code=a', false],
  ])('[CB-1, CB-16] is recognised by its address: %s', (address, is) => {
    expect(callback.isCallback(request(address))).toBe(is)
  })

  it.each([
    ['/auth/callback/', [], true],
    ['/auth/callback/', ['strict routing'], false],
    ['/AUTH/callback', [], true],
    ['/AUTH/callback', ['case sensitive routing'], false],
    ['/auth/callback', ['strict routing', 'case sensitive routing'], true],
  ])('[CB-19] has a path that matches as the app’s routes do: %s with %j', (address, settings, is) => {
    expect(callback.isAt(request(address, ...settings))).toBe(is)
  })

  it.each([undefined, {}, { enabled: true }])(
    '[CB-19] has a path that matches without Express, whose app is %o',
    (app) => {
      const req = { originalUrl: '/AUTH/callback/', app } as unknown as Request
      expect(callback.isAt(req)).toBe(true)
    },
  )

  it('[CB-19] has a path that matches in lower case, as in Express', () => {
    // In upper case both are "SS".
    expect(isSamePath(request('/'), '/stra\u00dfe', '/STRASSE')).toBe(false)
    expect(isSamePath(request('/'), '/STRASSE', '/strasse')).toBe(true)
  })

  it('[CB-19] has no prefix if its path is the root', () => {
    const root = new CallbackAddress('https://dragons.example/')
    expect(root.prefixOf(request('/?code=a&state=b'))).toBe('')
    expect(behindProxy.prefixOf(request('?code=a&state=b'))).toBe('')
  })

  it.each([
    ['/dragons/auth/callback?code=a&state=b', '', true],
    ['/auth/callback?code=a&state=b', '/dragons', true],
    ['/auth/callback/?code=a&state=b', '/dragons', true],
    ['/callback?code=a&state=b', '/dragons/auth', true],
    ['/allback?code=a&state=b', '', false],
    ['/other?code=a&state=b', '', false],
    ['/?code=a&state=b', '', false],
  ])('[CB-19] shows what a proxy removed from its path: %s', (address, prefix, is) => {
    expect(behindProxy.prefixOf(request(address))).toBe(prefix)
    expect(behindProxy.isAt(request(address))).toBe(is)
  })

  it('[CB-19] is at its path, whatever follows as a fragment', () => {
    expect(callback.isAt(request('/auth/callback#a'))).toBe(true)
  })

  it('[CB-1] is not at the shortened path of a proxy without a response of One Login', () => {
    expect(behindProxy.isAt(request('/auth/callback'))).toBe(false)
  })
})
