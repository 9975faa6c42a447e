import { get } from 'node:http'

/** Visits a page as a browser does, with the cookies of each host, and returns the last page. */
export async function visit(address) {
  const cookies = new Map()
  let url = address
  for (let hops = 0; hops < 20; hops++) {
    const { host } = new URL(url)
    const jar = cookies.get(host) ?? new Map()
    cookies.set(host, jar)
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ')
    const headers = { accept: 'text/html', 'user-agent': 'test', ...(cookie && { cookie }) }
    const response = await new Promise((resolve, reject) => {
      get(url, { headers, agent: false }, resolve).on('error', reject)
    })
    for (const line of response.headers['set-cookie'] ?? []) {
      const [name, ...value] = line.split(';')[0].split('=')
      jar.set(name, value.join('='))
    }
    const body = Buffer.concat(await response.toArray()).toString()
    if (!response.headers.location) return body
    url = new URL(response.headers.location, url).href
  }
  throw new Error(`${address} redirects without end`)
}
