import type { SimulatorResponse } from '../../lib/simulator/index.ts'
import type { SignedIn } from '../../lib/session/signed-in.ts'
import type { Browser } from './browser.ts'
import type { Service } from './service.ts'
import type { Pair } from './simulator.ts'

/** Signs a user in with their own browser. */
export async function visitorSignedIn(
  pair: Pair,
  user: SimulatorResponse['user'] = 'typical',
): Promise<Browser> {
  pair.op.respondWith({ user })
  const browser = pair.browser()
  await signIn(pair.service.url, browser)
  return browser
}

/** Signs in the user that the simulator is set to. */
export async function signIn(url: string, browser: Browser): Promise<void> {
  const { status, body } = await browser.visit(`${url}/account`)
  if (status !== 200) throw new Error(`The sign-in ended with ${status}: ${body}`)
}

/** The `sub` of the user that the service has signed in at a browser. */
export async function whoIs({ url }: Pick<Service, 'url'>, browser: Browser): Promise<string | undefined> {
  const { status, body } = await browser.send(`${url}/whoami`)
  if (status !== 200) throw new Error(`The service answered with ${status}: ${body}`)
  return (JSON.parse(body) as { sub: string } | null)?.sub
}

/** Visits a page of the service, and returns the address of the callback without going there. */
export async function untilCallback({ service }: Pair, browser: Browser, path: string): Promise<string> {
  const callback = `${service.url}/auth/callback`
  const page = await browser.visit(service.url + path, { stopAt: (url) => url.startsWith(callback) })
  return page.headers.location ?? ''
}

/** The JSON of each session and record in the service's memory store. */
export function storedSessions({ service }: Pair): string[] {
  const { sessions } = service.store as unknown as { readonly sessions: Readonly<Record<string, string>> }
  return Object.values(sessions)
}

/** The sign-in record of the only session in the store that has a signed-in user. */
export async function storedSignIn({ store }: Service): Promise<SignedIn> {
  const sessions = await new Promise<object>((resolve, reject) => {
    store.all?.((error: unknown, all) => {
      if (all) resolve(all)
      else reject(error)
    })
  })
  const found = Object.values(
    sessions as Record<string, { oneLogin?: Record<string, { signedIn?: SignedIn }> }>,
  )
    .flatMap(({ oneLogin }) => Object.values(oneLogin ?? {}))
    .flatMap(({ signedIn }) => signedIn ?? [])
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} sessions have a signed-in user`)
  return found[0]
}

/** The text that a script on a page of the service could read. */
export async function fetchFrom(browser: Browser, address: string, method = 'GET') {
  const response = await browser.send(address, {
    method,
    headers: { accept: 'application/json', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' },
  })
  const { location, 'content-type': type } = response.headers
  return { status: response.status, location, type, body: response.body }
}
