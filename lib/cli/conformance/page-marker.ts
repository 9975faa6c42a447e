import { headingsOf, textsOf } from './browser/html.ts'
import type { Page } from './browser/page.ts'

type Content = Pick<Page, 'status' | 'body' | 'headers'>

/** Recognises a page by text that does not depend on the user. */
export class PageMarker {
  readonly #texts: readonly string[]
  readonly #needed: number

  private constructor(texts: readonly string[], needed: number) {
    this.#texts = texts
    this.#needed = needed
  }

  /**
   * Finds the text that identifies a page.
   *
   * @param shown the page as different users see it
   * @param others the pages of users who must not see it
   * @returns `undefined` if no text distinguishes them
   */
  static find(shown: readonly Content[], others: readonly Content[]): PageMarker | undefined {
    const lookalikes = others.filter(({ status }) => status === 200)
    const common = (read: (page: Content) => string[]) => {
      const [first = [], ...rest] = shown.map(read)
      const elsewhere = new Set(lookalikes.flatMap(read))
      return [...new Set(first)].filter(
        (text) => rest.every((texts) => texts.includes(text)) && !elsewhere.has(text),
      )
    }
    const headings = common(headings200)
    if (headings.length > 0) return new PageMarker(headings, 1)
    const texts = common(partsOf)
    if (texts.length > 0) return new PageMarker(texts, Math.ceil(texts.length / 2))
    return lookalikes.length === 0 ? new PageMarker([], 0) : undefined
  }

  /** Whether this is the page. */
  matches(page: Content): boolean {
    if (page.status !== 200) return false
    const parts = new Set([...partsOf(page), ...headings200(page)])
    return this.#texts.filter((text) => parts.has(text)).length >= this.#needed
  }
}

const isHtml = ({ headers }: Content): boolean => headers['content-type']?.includes('html') === true

const headings200 = (page: Content): string[] => (isHtml(page) ? headingsOf(page.body) : [])

function partsOf(page: Content): string[] {
  if (isHtml(page)) return textsOf(page.body)
  try {
    return pathsOf(JSON.parse(page.body), '')
  } catch {
    return page.body
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  }
}

/** Returns the names of the members of a JSON value. Its values belong to the user. */
function pathsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [path]
  if (Array.isArray(value)) return [path]
  return [path, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, `${path}/${name}`))]
}
