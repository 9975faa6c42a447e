import type { Response } from 'express'
import type { RedirectTarget } from './authorization-request.ts'

/** The address that takes the browser back to the service. */
export function redirectAddress(target: RedirectTarget, params: Readonly<Record<string, string>>): string {
  const { redirectUri, responseMode, state } = target
  const answer = new URLSearchParams({ ...params, ...(state !== undefined && { state }) }).toString()
  if (responseMode === 'fragment') return `${redirectUri}#${answer}`
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${answer}`
}

/** Sends the browser somewhere, with the address exactly as it is. */
export function redirect(res: Response, address: string): void {
  res.status(302).set('Location', address).end()
}
