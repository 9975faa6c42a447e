import { createServer } from 'node:http'
import type { Simulator } from '../../lib/simulator/index.ts'
import { Browser } from './browser.ts'
import { listen } from './listen.ts'

/**
 * A logout token of the simulator that has not reached the service. It is one token, even if the simulator sends
 * several.
 */
export async function undeliveredLogoutToken(op: Simulator, sub: string): Promise<string> {
  const bodies: string[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.setEncoding('utf8').on('data', (text: string) => (body += text))
    req.on('end', () => {
      bodies.push(body)
      res.end()
    })
  })
  await using listening = await listen(server)
  await op.signOut(sub, { to: `${listening.url}/` })
  const token = new URLSearchParams(bodies[0]).get('logout_token')
  if (token === null) throw new Error('No logout token came')
  return token
}

/** Posts a body to the back-channel logout of a service, as One Login does. */
export async function postLogout(
  url: string,
  body: string | Record<string, string>,
  headers: Record<string, string> = {},
) {
  return new Browser().send(`${url}/back-channel-logout`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
    headers: { accept: '*/*', ...headers },
  })
}
