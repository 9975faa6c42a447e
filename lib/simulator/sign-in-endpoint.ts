import type { Request, Response } from 'express'
import type { Provider } from './provider.ts'
import { redirect, redirectAddress } from './redirect.ts'
import { formOf } from './form.ts'
import { OAuthRefusal, PageRefusal } from './refusal.ts'
import { finishSignIn, refusalParams } from './sign-in.ts'
import { readyUsers, type ReadyUserName } from './users.ts'

/** Answers `POST /sign-in`: the page on which a person chose who signs in. */
export function answerSignIn(provider: Provider, req: Request, res: Response): void {
  const form = formOf(req)
  const pending = provider.pendingSignIns.take(form.get('journey') ?? '')
  if (!pending) throw new PageRefusal('Invalid request')
  if (provider.sessions.find(req) !== pending.session) {
    const refusal = new OAuthRefusal(
      'access_denied',
      'Access denied for security reasons, a new authentication request may be successful',
    )
    redirect(res, redirectAddress(pending.request, refusalParams(refusal)))
    return
  }
  const user = form.get('user') ?? ''
  redirect(res, finishSignIn(provider, pending, isReadyUser(user) ? { user } : provider.answer))
}

function isReadyUser(name: string): name is ReadyUserName {
  return Object.hasOwn(readyUsers, name)
}
