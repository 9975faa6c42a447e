import { headingsOf, textsOf } from './browser/html.ts'
import type { Page } from './browser/page.ts'

type Content = Pick<Page, 'status' | 'body' | 'headers'>

/** Recognises a page by text that does not depend on the user. */
export class PageMarker {
  readonly #texts: readonly string[]
  readonly #needed: number
  readonly #foreign: ReadonlySet<string>

  private constructor(texts: readonly string[], needed: number, foreign: ReadonlySet<string> = new Set()) {
    this.#texts = texts
    this.#needed = needed
    this.#foreign = foreign
  }

  /**
   * Finds the text that identifies a page. If all of its text depends on the user, a page without text of other pages
   * is it.
   *
   * @param shown the page as different users see it
   * @param others the responses to users who must not see it
   * @param elsewhere other pages of the service, which have the same header and footer
   * @returns `undefined` if no text distinguishes them
   */
  static find(
    shown: readonly Content[],
    others: readonly Content[],
    elsewhere: readonly Content[] = [],
  ): PageMarker | undefined {
    const isByStatus = others.every(({ status }) => status !== 200)
    const byText =
      markedBy(shown, [...others, ...elsewhere]) ?? (isByStatus ? undefined : markedBy(shown, others))
    if (byText) return new PageMarker(byText.texts, byText.needed)
    if (!isByStatus) return undefined
    const own = new Set(shown.flatMap(allOf))
    return new PageMarker([], 0, new Set(elsewhere.flatMap(allOf).filter((text) => !own.has(text))))
  }

  /** Whether this is the page. */
  matches(page: Content): boolean {
    if (page.status !== 200) return false
    const parts = new Set(allOf(page))
    if ([...this.#foreign].some((text) => parts.has(text))) return false
    return this.#texts.filter((text) => parts.has(text)).length >= this.#needed
  }
}

/** Finds what is on each of the pages and on none of the others: a heading, or half of the texts. */
function markedBy(shown: readonly Content[], others: readonly Content[]) {
  const common = (read: (page: Content) => string[]) => {
    const [first = [], ...rest] = shown.map(read)
    const known = new Set(others.flatMap(read))
    const texts = [...new Set(first)].filter(
      (text) => rest.every((parts) => parts.includes(text)) && !known.has(text),
    )
    // A number can be a time, which is another one the next time.
    const lasting = texts.filter((text) => !/\d/.test(text))
    return lasting.length > 0 ? lasting : texts
  }
  const headings = common(headingsOfPage)
  if (headings.length > 0) return { texts: headings, needed: 1 }
  const texts = common(partsOf)
  return texts.length > 0 ? { texts, needed: Math.ceil(texts.length / 2) } : undefined
}

const allOf = (page: Content): string[] => [...partsOf(page), ...headingsOfPage(page)]

const isHtml = ({ headers }: Content): boolean => headers['content-type']?.includes('html') === true

const headingsOfPage = (page: Content): string[] => (isHtml(page) ? headingsOf(page.body) : [])

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
