import { page, text, type Call, type Reply } from '../reply.ts'
import { layout } from '../pages/layout.ts'
import type { Provider } from '../simulated-provider.ts'
import { isReadyUserName, readyUserNames } from '../users/ready-users.ts'

/** Handles `GET /choose?user=NAME`. This browser then signs in as that ready user, without a page. */
export function chooseUser(provider: Provider, { headers, query }: Call): Reply {
  const user = query.get('user') ?? ''
  if (!isReadyUserName(user))
    return text(400, `There is no ready user ${user}. Use one of ${readyUserNames.join(', ')}`)
  const session = provider.sessions.find(headers.cookie) ?? provider.sessions.start()
  session.chosen = user
  const reply = page(200, layout('User chosen', `<p>This browser signs in as ${user}.</p>`))
  return { ...reply, headers: { ...reply.headers, 'Set-Cookie': provider.sessions.renew(session) } }
}
