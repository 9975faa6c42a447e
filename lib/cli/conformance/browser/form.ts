import { attributeOf, textOf } from './html.ts'
import type { Page } from './page.ts'
import { parseURL } from '../../../parsed-url.ts'

/** The request of a browser when a user presses a button or link. */
export interface Pressed {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly body?: string
}

/** Returns the request of the button or link with this text, or nothing if the page has neither. */
export function pressed({ body, url }: Pick<Page, 'body' | 'url'>, text: string): Pressed | undefined {
  return pressedButton(body, url, text) ?? pressedLink(body, url, text)
}

function pressedButton(html: string, base: string, text: string): Pressed | undefined {
  for (const [, attributes = '', content = ''] of html.matchAll(/<form\b([^>]*)>([^]*?)<\/form\s*>/gi)) {
    const button = buttonsOf(content).find(({ label }) => label.includes(text))
    if (!button) continue
    const fields = new URLSearchParams(fieldsOf(content))
    const name = attributeOf(button.tag, 'name')
    if (name !== undefined) fields.append(name, attributeOf(button.tag, 'value') ?? '')
    const action = attributeOf(attributes, 'action') ?? ''
    const url = new URL(action === '' ? base : action, base)
    if (attributeOf(attributes, 'method')?.toLowerCase() === 'post')
      return { url: url.href, method: 'POST', body: fields.toString() }
    url.search = fields.toString()
    return { url: url.href, method: 'GET' }
  }
  return undefined
}

function buttonsOf(html: string): { tag: string; label: string }[] {
  const buttons = [...html.matchAll(/(<button\b[^>]*>)([^]*?)<\/button\s*>/gi)].map(
    ([, tag = '', content = '']) => ({ tag, label: textOf(content) }),
  )
  const inputs = [...html.matchAll(/<input\b[^>]*>/gi)]
    .map(([tag]) => tag)
    .filter((tag) => /^(submit|image)$/i.test(attributeOf(tag, 'type') ?? ''))
    .map((tag) => ({ tag, label: attributeOf(tag, 'value') ?? '' }))
  return [...buttons, ...inputs]
}

function fieldsOf(html: string): [string, string][] {
  return [...html.matchAll(/<input\b[^>]*>/gi)].flatMap(([tag]): [string, string][] => {
    const name = attributeOf(tag, 'name')
    const type = attributeOf(tag, 'type')?.toLowerCase() ?? 'text'
    const isLeftOut =
      ['submit', 'image', 'button', 'reset', 'file'].includes(type) ||
      (['checkbox', 'radio'].includes(type) && attributeOf(tag, 'checked') === undefined)
    return name === undefined || isLeftOut ? [] : [[name, attributeOf(tag, 'value') ?? '']]
  })
}

function pressedLink(html: string, base: string, text: string): Pressed | undefined {
  for (const [, attributes = '', content = ''] of html.matchAll(/<a\b([^>]*)>([^]*?)<\/a\s*>/gi)) {
    const href = attributeOf(attributes, 'href')
    const url = href === undefined ? undefined : parseURL(href, base)
    if (url && textOf(content).includes(text)) return { url: url.href, method: 'GET' }
  }
  return undefined
}
