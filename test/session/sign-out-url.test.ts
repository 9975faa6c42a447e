import { describe, expect, it } from 'vitest'
import type { Provider } from '../../lib/provider/provider.ts'
import { createSignOutURL } from '../../lib/session/sign-out-url.ts'

type Metadata = Awaited<ReturnType<Provider['metadata']>>

const endpoint = 'https://op.example/logout'
const page = 'https://tax-your-dragon.service.gov.uk/signed-out'
const providing = (metadata: () => Promise<object>) => ({ metadata: metadata as () => Promise<Metadata> })
const provider = providing(() => Promise.resolve({ end_session_endpoint: endpoint }))
const away = providing(() => Promise.reject(new Error('connect ECONNREFUSED')))
const withoutLogout = providing(() => Promise.resolve({}))

describe('the address after a sign-out', () => {
  it('[SESS-1] is One Login’s, with the hint, the page and the state', async () => {
    const url = await createSignOutURL({ postLogoutRedirectURL: page }, provider)('a.b.c', 'a state')
    expect(new URL(url).origin + new URL(url).pathname).toBe(endpoint)
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      ...{ id_token_hint: 'a.b.c', post_logout_redirect_uri: page, state: 'a state' },
    })
  })

  it('[SESS-2] is One Login’s own page without an ID token', async () => {
    expect(await createSignOutURL({ postLogoutRedirectURL: page }, provider)(undefined, 'a')).toBe(endpoint)
  })

  it.each([
    ['cannot be reached', away, page],
    ['names no such address', withoutLogout, page],
    ['cannot be reached', away, undefined],
    ['names no such address', withoutLogout, undefined],
  ])('[SESS-2] is the service’s own if One Login %s', async (_what, unable, own) => {
    const settings = { postLogoutRedirectURL: own } as Parameters<typeof createSignOutURL>[0]
    expect(await createSignOutURL(settings, unable)('a.b.c')).toBe(own ?? '/')
  })
})
