import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { returnPath } from '../../lib/return-path.ts'
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts'

/** The pieces that tricks with addresses are made of. */
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

/** Where a browser would go from a page of the site, also when a proxy has decoded slashes on the way. */
function readings(location: string): string[] {
  const [path = ''] = location.split(/[?#]/)
  const decoded = path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
  return [location, decoded, decoded.replaceAll('\\', '/')]
}

describe('a return path', () => {
  it(
    '[CB-12] is on this site, whatever was wanted and however it is read',
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
    '[CB-12] stays as it is when it is made once more',
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
    '[CB-12] is the page that was wanted, where that is one of this site',
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
