import * as v from 'valibot'

/** The address of a simulator: http or https, without a path; comes out with a slash at the end. */
export const address = v.pipe(
  v.string(),
  v.check(isOrigin, 'Must be an http or https address without a path'),
  v.transform((url) => `${new URL(url).origin}/`),
)

function isOrigin(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, pathname, search, hash } = new URL(url)
  return /^https?:$/.test(protocol) && pathname === '/' && search === '' && hash === ''
}
