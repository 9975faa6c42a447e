import { returnPath } from '../../lib/return-path.ts'
import { demand } from '../refusals.ts'

const site = 'https://service.example'

/** A return path. */
export function fuzz(data: Buffer): void {
  for (const wanted of [data.toString(), data.toString('latin1')]) {
    const path = returnPath(wanted)
    const [withoutQuery = ''] = path.split(/[?#]/)
    const decoded = withoutQuery.replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
    for (const reading of [path, decoded, decoded.replaceAll('\\', '/')])
      demand(new URL(reading, site).origin === site, `it leads to another site: ${path}`)
    demand(/^\/[!-~]*$/.test(path), 'it does not fit into a header')
    demand(returnPath(path) === path, 'it changes when it is read again')
  }
}
