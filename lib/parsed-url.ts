/**
 * Parses a URL. Returns nothing if the text is not a URL. Use this instead of `URL.canParse`: in Node 20, after some
 * thousand calls, `URL.canParse` returns true for some texts that are not URLs.
 *
 * @param base - the base of a relative URL
 */
export function parseURL(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    // It is not a URL.
  }
  return undefined
}
