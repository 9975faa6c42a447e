import type { OAuthRefusal } from './refusal.ts'
import type { RedirectTarget } from './received-request.ts'

/** Returns the address that takes the browser back to the service. */
export function redirectAddress(
  { redirectUri, responseMode }: RedirectTarget,
  params: URLSearchParams,
): string {
  if (responseMode === 'fragment') return `${redirectUri}#${params.toString()}`
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${params.toString()}`
}

/** Returns the address that takes the browser back to the service with an error. */
export function refusalAddress(target: RedirectTarget, { params }: OAuthRefusal): string {
  const { state } = target
  return redirectAddress(target, new URLSearchParams({ ...params, ...(state !== undefined && { state }) }))
}
