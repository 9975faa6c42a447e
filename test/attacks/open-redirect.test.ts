import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { signInAt, startAttackedService } from '../support/attacked-service.ts'
import { Browser } from '../support/browser.ts'
import { sendRaw } from '../support/raw-request.ts'
import { startPair } from '../support/simulator.ts'

const bs = '\\'

/** Ways to write an address of another site that some URL parsers get wrong. */
const spellings = [
  'https://evil.example',
  'HTTPS://EVIL.EXAMPLE',
  'https:evil.example',
  'https:/evil.example',
  'https:///evil.example',
  `https:${bs}${bs}evil.example`,
  '//evil.example',
  '///evil.example',
  '////evil.example//',
  `/${bs}evil.example`,
  `${bs}/evil.example`,
  `${bs}${bs}evil.example`,
  `/${bs}/evil.example`,
  `/${bs}${bs}evil.example`,
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '\u0000//evil.example',
  '\u3000//evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/a/..//evil.example',
  '/a/../..//evil.example',
  '/%2e//evil.example',
  '/%2e%2e//evil.example',
  `/./${bs}evil.example`,
  '/%2fevil.example',
  '/%2F%2Fevil.example',
  '/%5cevil.example',
  '/%5C/evil.example',
  '/%09/evil.example',
  '/%0d%0a/evil.example',
  '//evil.example:80%40service.example/',
  '//service.example@evil.example',
  '//evil%E3%80%82example',
  '/\u2044evil.example',
  '/\uff0fevil.example',
  '/；@evil.example',
  'javascript:alert(1)',
  'data:text/html,hello',
  'blob:https://evil.example/1',
  '@evil.example',
  '.evil.example',
  'evil.example/path',
  '%2f%2fevil.example',
  '//evil.example/%2f..',
  '/.%2e/\\evil.example',
  '/\u0009\u000a//evil.example',
  '//user:password@evil.example/',
  '//127.0.0.1:1/',
  '//[::1]/',
  '//evil。example',
  '//\u00adevil.example',
  ':80@evil.example',
  '?://evil.example',
  '#//evil.example',
  '',
  '/?returnTo=//evil.example',
]

/** Where a browser at the callback goes, for each way to parse the address. */
function whereItLeads(location: string, site: string): string[] {
  const decoded = /%2f|%5c/i.test(location.split(/[?#]/)[0] ?? '') ? [decodeURIComponent(location)] : []
  return [location, ...decoded].map((address) => new URL(address, `${site}/auth/callback`).origin)
}

describe('a return address', () => {
  it.each(spellings.map((spelling) => [JSON.stringify(spelling), spelling]))(
    '[CB-12] written as %s leads to no other site',
    async (_shown, spelling) => {
      await using attacked = await startAttackedService(
        {},
        {
          routes: (app, oneLogin, passport) => {
            app.get('/passport-in', (req, res, next) => {
              const returnTo = new URL(req.originalUrl, 'http://any').searchParams.get('returnTo') ?? ''
              ;(passport.authenticate('govuk-one-login', { returnTo }) as RequestHandler)(req, res, next)
            })
            app.get('/passport-by-option', oneLogin.signIn({ returnTo: spelling }))
          },
        },
      )
      const { url } = attacked.service
      for (const way of ['/sign-in', '/passport-in', '/passport-by-option']) {
        const browser = new Browser()
        const start = `${url}${way}?${new URLSearchParams({ returnTo: spelling }).toString()}`
        const page = await browser.visit(start, { stopAt: (next) => next.startsWith(`${url}/auth/`) })
        const { status, headers } = await browser.send(page.headers.location ?? '')
        expect(status).toBe(303)
        expect(headers.location).toMatch(/^\/(?![/\\]|%2f|%5c)/i)
        expect(new Set(whereItLeads(headers.location ?? '', url))).toEqual(new Set([url]))
      }
    },
  )

  it('[CB-12] that is repeated leads to no other site', async () => {
    await using attacked = await startAttackedService()
    const { url } = attacked.service
    for (const query of [
      'returnTo=/ok&returnTo=//evil.example',
      'returnTo=//evil.example&returnTo=/ok',
      'returnTo[]=//evil.example',
      'returnTo[0]=//evil.example&returnTo=%2F%2Fevil.example',
    ]) {
      const browser = new Browser()
      const page = await browser.visit(`${url}/sign-in?${query}`, {
        stopAt: (next) => next.includes('/auth/'),
      })
      const { headers } = await browser.send(page.headers.location ?? '')
      expect(new URL(headers.location ?? '', url).origin).toBe(url)
    }
  })
})

describe('the page that a guard sends to sign in', () => {
  it.each([
    '//evil.example/%2e%2e/account',
    '//evil.example/..//account',
    '/account/..//evil.example',
    '/\\evil.example/account',
    '/%5cevil.example',
    '///evil.example/',
    'http://evil.example/account',
    'http://evil.example//account?a=//evil.example',
    '*',
  ])('[CB-12] leads to no other site when its request line says %s', async (target) => {
    await using attacked = await startAttackedService(
      {},
      { routes: (app, oneLogin) => app.use(oneLogin.routes(), oneLogin.requireAuthentication()) },
    )
    const { url } = attacked.service
    const first = await sendRaw(url, `GET ${target} HTTP/1.1`, ['Sec-Fetch-Mode: navigate'])
    if (first.status !== 303) {
      expect(first.location).toBeUndefined()
      return
    }
    const browser = new Browser()
    const cookie = /^set-cookie: ([^=]+)=([^;]+)/im.exec(first.head)
    browser.jar(new URL(url).host).set(cookie?.[1] ?? '', cookie?.[2] ?? '')
    const callback = await browser.visit(first.location ?? '', { stopAt: true })
    const { status, headers } = await browser.send(callback.headers.location ?? '')
    expect(status).toBe(303)
    expect(new Set(whereItLeads(headers.location ?? '', url))).toEqual(new Set([url]))
  })
})

describe('the sign-out', () => {
  it.each(['post_logout_redirect_uri', 'returnTo', 'redirect', 'next', 'state'])(
    '[SESS-1] leads where the service says, whatever the query has as %s',
    async (name) => {
      await using pair = await startPair()
      const browser = pair.browser()
      await browser.visit(`${pair.service.url}/account`)
      const { headers } = await browser.send(`${pair.service.url}/sign-out?${name}=https://evil.example/`)
      const target = new URL(headers.location ?? '')
      expect(target.origin).toBe(new URL(pair.op.url).origin)
      expect(target.searchParams.get('post_logout_redirect_uri')).toBe(`${pair.service.url}/signed-out`)
      expect(target.href).not.toContain('evil')
    },
  )
})

describe('the addresses for One Login', () => {
  const forged = [
    ['Host: evil.example'],
    ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: http', 'X-Forwarded-Port: 81'],
    ['Forwarded: for=1.2.3.4;host=evil.example;proto=http'],
    ['X-Original-URL: //evil.example/', 'X-Rewrite-URL: //evil.example/'],
    ['Origin: https://evil.example', 'Referer: https://evil.example/account'],
  ]

  it.each(forged.map((headers) => [headers.join(', '), headers] as const))(
    '[AUTHZ-1] come from the service, not from a request with %s',
    async (_shown, headers) => {
      for (const trustsProxy of [false, true]) {
        await using attacked = await startAttackedService(
          {},
          { routes: (app) => app.set('trust proxy', trustsProxy) },
        )
        const { url } = attacked.service
        const { location = '', head } = await sendRaw(url, 'GET /account HTTP/1.1', headers)
        expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${url}/auth/callback`)
        expect(head).not.toContain('evil')
      }
    },
  )

  it.each(forged.map((headers) => [headers.join(', '), headers] as const))(
    '[CB-10] come from the service also in the token request of a callback with %s',
    async (_shown, headers) => {
      await using attacked = await startAttackedService()
      const { provider, service } = attacked
      const browser = new Browser()
      const page = await browser.visit(`${service.url}/account`, {
        stopAt: (next) => next.includes('/auth/'),
      })
      const { pathname, search } = new URL(page.headers.location ?? '')
      const [[name = '', value = ''] = []] = browser.jar(new URL(service.url).host)
      const response = await sendRaw(service.url, `GET ${pathname}${search} HTTP/1.1`, [
        `Cookie: ${name}=${value}`,
        ...headers,
      ])
      expect(response).toMatchObject({ status: 303, location: '/account' })
      const token = provider.requests.find(({ url }) => url === '/token')
      expect(new URLSearchParams(token?.body).get('redirect_uri')).toBe(`${service.url}/auth/callback`)
    },
  )

  it('[SESS-1] come from the service also at sign-out', async () => {
    await using pair = await startPair()
    for (const headers of forged.slice(0, 4)) {
      const { location = '' } = await sendRaw(pair.service.url, 'GET /sign-out HTTP/1.1', headers)
      expect(location).not.toContain('evil')
    }
  })
})

describe('a line break', () => {
  it.each(['%0d%0aSet-Cookie:%20a=b', '%0aSet-Cookie:%20a=b', '%E5%98%8A%E5%98%8DSet-Cookie:%20a=b', '%00a'])(
    '[CB-12] in a return address creates no header: %s',
    async (end) => {
      await using attacked = await startAttackedService()
      const { url } = attacked.service
      const browser = new Browser()
      const page = await browser.visit(`${url}/sign-in?returnTo=/whoami${end}`, {
        stopAt: (next) => next.includes('/auth/'),
      })
      const { status, headers } = await browser.send(page.headers.location ?? '')
      expect(status).toBe(303)
      expect(headers['set-cookie']?.filter((line) => line.startsWith('a='))).toEqual([])
      expect(headers.location).toMatch(/^\/[!-~]*$/)
    },
  )

  it('[CB-3] in the description of an error creates no header and no log line', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.callback = (params) => {
      params.delete('code')
      params.set('error', 'access_denied\r\nSet-Cookie: a=b')
      params.set('error_description', 'no\r\n[info] mallory signed in\u001b[2K')
    }
    expect((await signInAt(attacked.service)).code).toBe('authorization_refused')
    expect(attacked.service.errors).toHaveLength(1)
    const { providerError } = attacked.service.errors[0] as { providerError: object }
    expect(Object.values(providerError).join('')).toMatch(/^[ -~]+$/)
  })
})
