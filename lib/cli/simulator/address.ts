import * as v from 'valibot'

/** The address of a simulator, http or https; comes out with a slash at the end. */
export const address = v.pipe(
  v.string(),
  v.check(isAddress, 'must be an http or https URL without a query'),
  v.transform((url) => new URL(url).href.replace(/\/*$/, '/')),
)

function isAddress(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, search, hash, username, password } = new URL(url)
  return /^https?:$/.test(protocol) && search + hash + username + password === ''
}
