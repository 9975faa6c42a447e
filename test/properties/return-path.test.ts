import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { returnPath } from '../../lib/return-path.ts'
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts'

/** Parts of addresses that attackers combine. */
const piece = fc.constantFrom(
  ...[
    '/',
    '//',
    '\\',
    '.',
    '..',
    '%2f',
    '%5C',
    '%2e',
    '%09',
    '%00',
    '\t',
    '\n',
    '\r',
    ' ',
    '@',
    ':',
    '?',
    '#',
  ],
  ...[
    'evil.example',
    'https:',
    'javascript:',
    '。',
    '／',
    '＼',
    '\u00ad',
    '\u0000',
    'a',
    ';',
    '[::1]',
    ':80',
  ],
)
const trick = fc.array(fc.oneof({ weight: 5, arbitrary: piece }, fc.string({ unit: 'binary' })), {
  maxLength: 10,
})
const address = fc.oneof(
  trick.map((pieces) => pieces.join('')),
  trick.map((pieces) => `/${pieces.join('')}`),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.anything(),
)

/** The address that a browser opens from a page of the site, also if a proxy decodes slashes. */
function readings(location: string): string[] {
  const [path = ''] = location.split(/[?#]/)
  const decoded = path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
  return [location, decoded, decoded.replaceAll('\\', '/')]
}

describe('a return path', () => {
  it(
    '[CB-12] is on this site, whatever was requested and however it is parsed',
    () => {
      fc.assert(
        fc.property(address, fc.webUrl({ validSchemes: ['https'] }), (wanted, site) => {
          const path = returnPath(wanted)
          for (const reading of readings(path))
            expect(new URL(reading, site).origin).toBe(new URL(site).origin)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CB-12] fits into a header, and starts with one slash',
    () => {
      fc.assert(
        fc.property(address, (wanted) => {
          expect(returnPath(wanted)).toMatch(/^\/(?![/\\])[!-~]*$/)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CB-12] does not change if it is created again',
    () => {
      fc.assert(
        fc.property(address, (wanted) => {
          expect(returnPath(returnPath(wanted))).toBe(returnPath(wanted))
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )

  it(
    '[CB-12] is the requested page, if it is on this site',
    () => {
      const page = fc.webUrl({ withFragments: true, withQueryParameters: true }).map((url) => new URL(url))
      fc.assert(
        fc.property(page, ({ pathname, search, hash }) => {
          fc.pre(!/^\/(?:[/\\]|%2f|%5c)/i.test(pathname))
          expect(returnPath(pathname + search + hash)).toBe(pathname + search + hash)
        }),
        propertyRuns(),
      )
    },
    propertyTimeout(),
  )
})
