import request from 'supertest'

/** A user with a browser, which stores the cookies of the service. */
export class Visitor {
  readonly #service: string
  readonly #browser: ReturnType<typeof request.agent>

  constructor(service: string) {
    this.#service = service
    this.#browser = request.agent(service)
  }

  /** Gets a page of the service, through One Login if the service redirects the browser there. */
  async visit(path: string) {
    let page = await get(this.#browser, path)
    while (page.headers.location) {
      const { origin, pathname, search } = new URL(page.headers.location, this.#service)
      const isService = origin === this.#service
      page = await get(isService ? this.#browser : request(origin), pathname + search)
    }
    return page
  }

  /** Sends a form of the service, with the token from its pages. */
  async submit(path: string, fields: Readonly<Record<string, string>> = {}) {
    const { text } = await this.visit('/bank-details')
    const [, _csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(text) ?? []
    return this.post(path, { ...fields, _csrf })
  }

  /** Sends a form without a token. */
  async post(path: string, fields: Readonly<Record<string, string>>) {
    return this.#browser.post(path).type('form').set('accept', 'text/html').send(fields)
  }
}

async function get(browser: Pick<ReturnType<typeof request.agent>, 'get'>, path: string) {
  return browser.get(path).set({ accept: 'text/html', 'user-agent': 'a browser' })
}
