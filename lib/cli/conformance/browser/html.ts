const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** Returns the text of HTML on one line, without tags. */
export function textOf(html: string): string {
  return decode(html.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
}

/** Returns the texts between the tags of a page, without scripts and styles. */
export function textsOf(html: string): string[] {
  return withoutScripts(html)
    .split(/<[^>]*>/)
    .map(textOf)
    .filter((text) => text.length > 1)
}

/** Returns the headings of the 2 highest levels. */
export function headingsOf(html: string): string[] {
  return [...withoutScripts(html).matchAll(/<(h1|h2)\b[^>]*>([^]*?)<\/\1\s*>/gi)]
    .map(([, , content = '']) => textOf(content))
    .filter((text) => text !== '')
}

/** Returns the value of an attribute of a start tag. */
export function attributeOf(tag: string, name: string): string | undefined {
  const pattern = new RegExp(`\\s${name}(?:\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+)))?(?=[\\s>/]|$)`, 'i')
  const found = pattern.exec(tag)
  return found ? decode(found[1] ?? found[2] ?? found[3] ?? '') : undefined
}

function withoutScripts(html: string): string {
  return html.replace(/<!--[^]*?-->/g, ' ').replace(/<(script|style|template)\b[^]*?<\/\1\s*>/gi, ' ')
}

function decode(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
      return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole
    },
  )
}
