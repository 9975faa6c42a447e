import { describe, expect, it } from 'vitest'
import type { OneLoginUser } from '../lib/index.ts'
import { Browser } from './support/browser.ts'
import { startCertifiedProvider } from './support/certified-provider.ts'
import { startService } from './support/service.ts'
import { whoIs } from './support/visitors.ts'

async function start(requestObject: boolean) {
  const op = await startCertifiedProvider()
  const service = await startService((url) =>
    op.register(
      {
        callbackURL: `${url}/auth/callback`,
        postLogoutRedirectURL: `${url}/signed-out`,
        backChannelLogoutURL: `${url}/back-channel-logout`,
      },
      { requestObject },
    ),
  )
  return {
    op,
    service,
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]()
      await op[Symbol.asyncDispose]()
    },
  }
}

describe.each([{ requestObject: true }, { requestObject: false }])(
  'oidc-provider, by other authors, with request object $requestObject',
  ({ requestObject }) => {
    it('[SIM-1] [IDT-1] [UI-1] signs a user in', async () => {
      await using pair = await start(requestObject)
      const { op, service } = pair
      const page = await new Browser().visit(`${service.url}/account`)
      expect(op.problems).toEqual([])
      expect(page).toMatchObject({ status: 200, url: `${service.url}/account` })
      expect(JSON.parse(page.body)).toMatchObject({
        sub: op.sub,
        email: 'sarah@example.com',
        emailVerified: true,
        authentication: { level: 'Cl.Cm' },
      })
      const asked = new URL(page.trail.find((address) => address.startsWith(`${op.issuer}?`)) ?? '')
      expect(asked.searchParams.has('request')).toBe(requestObject)
    })

    it('[CID-2] [CID-5] proves an identity, after the sign-in', async () => {
      await using pair = await start(requestObject)
      const { op, service } = pair
      const page = await new Browser().visit(`${service.url}/identity`)
      expect(op.problems).toEqual([])
      expect(page).toMatchObject({ status: 200, url: `${service.url}/identity` })
      expect((JSON.parse(page.body) as OneLoginUser).identity).toMatchObject({
        proven: true,
        level: 'P2',
        name: { full: 'Sarah Jones' },
        birthDate: '1980-05-01',
        returnCodes: [],
      })
    })

    it('[SESS-6] [SESS-7] sends a back-channel logout, which ends the session of the service', async () => {
      await using pair = await start(requestObject)
      const { op, service } = pair
      const browser = new Browser()
      await browser.visit(`${service.url}/account`)
      expect(await whoIs(service, browser)).toBe(op.sub)
      const question = await browser.visit(`${op.issuer}session/end`)
      await confirmSignOut(browser, question.body)
      expect(op.logouts).toEqual(['tax-your-dragon: taken'])
      expect(await whoIs(service, browser)).toBeUndefined()
    })

    it('[SESS-1] accepts the hint and the address of a sign-out that starts in the service', async () => {
      await using pair = await start(requestObject)
      const { op, service } = pair
      const browser = new Browser()
      await browser.visit(`${service.url}/account`)
      const question = await browser.visit(`${service.url}/sign-out`)
      expect(new URL(question.url).searchParams.has('id_token_hint')).toBe(true)
      const goodbye = await confirmSignOut(browser, question.body)
      expect(goodbye.url.split('?')[0]).toBe(`${service.url}/signed-out`)
      expect(op.problems).toEqual([])
    })
  },
)

/** Confirms the sign-out on the provider's page. */
async function confirmSignOut(browser: Browser, page: string) {
  const [, action = ''] = /action="([^"]+)"/.exec(page) ?? []
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page) ?? []
  return browser.visit(action, {
    method: 'POST',
    body: new URLSearchParams({ xsrf, logout: 'yes' }).toString(),
  })
}
