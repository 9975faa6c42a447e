// Creates the documentation site from the files of the package: the pages of docs/ in the order of docs/README.md,
// each under its heading, next to the API reference. A script of the site draws diagrams in the reader's browser.
import { copyFileSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Application, Converter, RendererEvent } from 'typedoc'

const root = join(import.meta.dirname, '..')
const groups = { tutorial: 'Tutorial', guides: 'Guides', reference: 'Reference', explanation: 'Explanation' }
const projectFiles = ['SUPPORT.md', 'SECURITY.md', 'CHANGELOG.md', 'CONTRIBUTING.md']
const mermaid = createRequire(import.meta.url).resolve('@mermaid-js/tiny')

/** @param {import('typedoc').Application} app */
export function load(app) {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8')
  const pages = [...index.matchAll(/\]\((\w+\/[\w-]+\.md)\)/g)].map(([, page]) => `docs/${page}`)
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('projectDocuments', ['docs/README.md', ...pages, ...projectFiles])
  })

  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const { content } = document
    const [, title] = /^# (.*)/.exec(content[0].text)
    document.name = title.replaceAll('`', '')
    document.content = content.map((part, at) =>
      isInHeading(content, at) ? withoutMarks(part) : withBoxes(part),
    )
    const file = app.files.getReflectionPath?.(document) ?? ''
    document.frontmatter.group = groups[/docs[\\/](\w+)[\\/]/.exec(file)?.[1]] ?? 'Project'
  })

  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    copyFileSync(mermaid, join(outputDirectory, 'assets/mermaid.js'))
  })
}

/** TypeDoc leaves code out of the anchor of a heading. GitHub does not. */
function isInHeading(content, at) {
  return content[at].kind === 'code' && /(?:^|\n)#+ [^\n]*$/.test(content[at - 1]?.text ?? '')
}

function withoutMarks({ text }) {
  return { kind: 'text', text: text.replaceAll('`', '') }
}

/** TypeDoc does not support lists of tasks. */
function withBoxes(part) {
  return part.kind === 'text' ? { ...part, text: part.text.replace(/^- \[ \] /gm, '- ☐ ') } : part
}
