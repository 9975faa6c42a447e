import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { isNavigation, isPageLoad } from '../../lib/middleware/answers.ts'

const html = 'text/html,application/xhtml+xml;q=0.9'

describe('what a request is for', () => {
  it.each<[what: string, method: string, headers: Request['headers'], navigation: boolean, page: boolean]>([
    ['a link', 'GET', { accept: html, 'sec-fetch-mode': 'navigate' }, true, true],
    ['a link in an old browser', 'GET', { accept: html }, true, true],
    ['a form post', 'POST', { accept: html, 'sec-fetch-mode': 'navigate' }, false, true],
    ['a form post in an old browser', 'POST', { accept: html }, false, false],
    ['a fetch', 'GET', { accept: '*/*', 'sec-fetch-mode': 'cors' }, false, false],
    ['a fetch of a page', 'GET', { accept: html, 'sec-fetch-mode': 'cors' }, false, false],
    ['a link to data', 'GET', { accept: 'application/json', 'sec-fetch-mode': 'navigate' }, false, false],
    ['a form post for data', 'POST', { accept: '*/*', 'sec-fetch-mode': 'navigate' }, false, false],
    ['a program', 'GET', {}, false, false],
    ['a program that posts', 'POST', {}, false, false],
  ])('[SESS-5] %s: it is known whether it can be sent elsewhere, and whether it shows a page', (...row) => {
    const [, method, headers, navigation, page] = row
    const req = Object.assign(Object.create(null), { method, headers }) as Request
    expect([isNavigation(req), isPageLoad(req)]).toEqual([navigation, page])
  })
})
