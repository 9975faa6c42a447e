import * as v from 'valibot'
import { parseURL } from '../../parsed-url.ts'

/** The address of a simulator, http or https. The result ends with a slash. */
export const address = v.pipe(
  v.string(),
  v.check(isAddress, 'must be an http or https URL without a query'),
  v.transform((url) => new URL(url).href.replace(/\/*$/, '/')),
)

function isAddress(url: string): boolean {
  const parsed = parseURL(url)
  if (!parsed) return false
  const { protocol, search, hash, username, password } = parsed
  return /^https?:$/.test(protocol) && search + hash + username + password === ''
}
