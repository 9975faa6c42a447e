/** Gets a page as a browser does: with the service's cookies, through One Login and back. */
export async function visitWithFetch(
  address: string,
  cookies = new Map<string, string>(),
): Promise<globalThis.Response> {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
  const response = await fetch(address, { redirect: 'manual', headers: { accept: 'text/html', cookie } })
  for (const line of response.headers.getSetCookie()) {
    const [name = '', ...value] = (line.split(';')[0] ?? '').split('=')
    cookies.set(name, value.join('='))
  }
  const location = response.headers.get('location')
  return location === null ? response : visitWithFetch(new URL(location, address).href, cookies)
}
