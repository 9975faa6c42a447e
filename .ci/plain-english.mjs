#!/usr/bin/env node
// Lists wording to rewrite, and measures the README and the guides. `npm run check:words [-- FILES]`. Exit code 1 if anything is
// found. A list of known habits is no judge of style: CONTRIBUTING says what we aim for.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'

const root = join(import.meta.dirname, '..')
const given = process.argv.slice(2)

/** Phrases that no British developer writes, each with what to write instead. */
const phrases = [
  [/\b(?:is|are|was|were|be|been) (?:to be )?had\b/i, 'get, download, is available'],
  [/\b(?:to be )?mend(?:ed|s|ing)?\b/i, 'fix'],
  [/\bis to be [a-z]+ed\b/i, 'must be'],
  [/\b(?:will|would) not do\b/i, 'say what is wrong'],
  [/\binsists?\b/i, 'requires'],
  [/\blive[sd]? through\b/i, 'keeps working'],
  [/\bin vain\b/i, 'without success'],
  [/\banew\b/i, 'again'],
  [/\bin earnest\b/i, 'in production'],
  [/\bfor good\b/i, 'permanently'],
  [/\bunless given\b/i, 'if not set'],
  [/\bof (?:yours|ours|theirs)\b/i, 'your own'],
  [/\bof an app's\b/i, "an app's"],
  [/\bthat there is not\b/i, 'unknown'],
  [/\bcalled in a wrong way\b/i, 'invalid arguments'],
  [/\bcomes to pass\b/i, 'happens'],
  [/\bwhat (?:has )?bec[ao]mes?(?: of)\b/i, 'what happens to'],
  [/\bstand-in\b/i, 'simulator'],
  [/\bis no part of\b/i, 'is not part of'],
  [/\bno matter\b$/i, 'say which'],
  [/\bwhose hands\b/i, 'who'],
  [/\bin the mean\b/i, 'on average'],
  [/\bbeside\b/i, 'next to, as well as'],
  [/\b(?:cannot|could not) be told\b/i, 'could not be checked'],
  [/\bgone back to\b/i, 'returned to'],
  [/\btakes? [A-Za-z' ]+ word\b/i, 'handles'],
  [/\bby then\b/i, 'say when'],
  [/\bat all events\b/i, 'in any case'],
  [/\bnobody knows\b/i, 'is unknown'],
  [/\bin place of\b/i, 'instead of'],
  [/\bnobody (?:notices|gets)\b/i, 'no user'],
  [/\b(?:is|are) no (?:JWT|JWKS|part|page|place|primary|sub|option|fault|service|judge)s?\b/i, 'is not a'],
  [/\ball the same\b/i, 'still'],
  [/\bis away\b/i, 'is unavailable'],
  [/\bsays? of\b/i, 'says about'],
  [/\bof (?:its|their) own\b/i, 'its own'],
  [/\bthat of (?:above|the)\b/i, 'name it'],
  [/\bthe like\b/i, 'name them'],
  [/\bmeanwhile\b/i, 'since then'],
  [/\bput (?:it )?right\b/i, 'fix'],
  [/\bwas (?:seen to|looked at)\b/i, 'was checked'],
  [/\bis there already\b/i, 'already exists'],
  [/\bhand(?:s|ed)? (?:on|back)\b/i, 'returns, passes on'],
  [/\bheld (?:to|against)\b/i, 'must, is compared with'],
  [/\bletter by letter\b/i, 'exactly as written'],
  [/\b(?:public|private) half\b/i, 'public key, private key'],
  [/\b(?:somebody|anybody)\b(?!-)/i, 'a person, another user, anyone'],
  [/\blooks (?:at|further)\b/i, 'checks, reads, continues'],
  [/\bstands? (?:in|at|for|there)\b/i, 'is in, means'],
  [/\bfor ever\b/i, 'without end'],
  [/\b(?:is|are|was|were|be) told\b/i, 'gets, receives, can be checked'],
  [/\bsigns? nobody\b/i, 'does not sign a user in'],
  [/\b(?:is|are) under way\b/i, 'is running'],
  [/\btells those who\b/i, 'publishes, returns'],
  [/\bnobody (?:in|out|through)\b/i, 'no user'],
  [/\b(?:cannot|could not|can) be had\b/i, 'is unavailable'],
  [/\bwins over\b/i, 'overrides'],
  [/\bwhen it is made\b/i, 'is created'],
  [/\bwhat (?:came|comes) of\b/i, 'the result of'],
  [/\bgives? what\b/i, 'returns'],
]
const starts =
  /(?:^|[.:|*/] +)(?:Who (?:comes|is|has|gets|stays|can|was)|Whose|Whoever|One who|Those who|What (?:was|is made|a|of) [a-z])/

const kinds = /\.(?:md|ts|mjs|njk|yml)$|\/(?:en|messages)\.json$/
// docs/explanation/conformance.md is generated: its words are those of conformance/, which is checked, and of One Login's requirements.
const skipped =
  /(?:^|\/)(?:node_modules|dist|api|screenshots|reports)(?:\/|$)|explanation\/conformance\.md$|plain-english\.mjs$/

// In tests, titles and comments are for people. Other text is data.
const titleOrComment = /^\s*(?:\/\/|\/?\*|(?:it|test|describe)\b|\]\)\(|'\[[A-Z\d]+-\d)/
const isForPeople = (path, line) => !path.startsWith('test/') || titleOrComment.test(line)

function filesIn(path) {
  if (skipped.test(path)) return []
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (statSync(full).isFile()) return kinds.test(path) ? [path] : []
  return readdirSync(full).flatMap((name) => filesIn(`${path}/${name}`))
}

const paths =
  given.length > 0
    ? given.map((path) => relative(root, path))
    : 'README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md SUPPORT.md docs lib example-app examples conformance bench soak scaffold test fuzz mutation build .ci .github'.split(
        ' ',
      )
const found = paths.flatMap(filesIn).flatMap((path) =>
  readFileSync(join(root, path), 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (!isForPeople(path, line)) return []
      const hits = phrases.flatMap(([pattern, instead]) => {
        const [hit] = pattern.exec(line) ?? []
        return hit ? [`${path}:${index + 1}: "${hit}": write ${instead}`] : []
      })
      const [start] = starts.exec(line) ?? []
      return start
        ? [...hits, `${path}:${index + 1}: "${start.trim()}": start with If, When or a noun`]
        : hits
    }),
)

/** The prose of a document: no code, no tables, no headings, no links' addresses. */
function proseOf(path) {
  return readFileSync(join(root, path), 'utf8')
    .replace(/^```.*?^```$/gms, '\n\n')
    .replace(/^ *```.*?^ *```$/gms, '\n\n')
    .replace(/<!--.*?-->/gs, '')
    .replace(/^\|.*$/gm, '\n')
    .replace(/^#.*$/gm, '\n')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/<https?:[^>]*>/g, 'link')
    .replace(/`[^`]*`/g, 'code')
    .replace(/^ *(?:[-*]|\d+\.) (?:\[.\] )?/gm, '\n')
}

function sentencesOf(prose) {
  return prose
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .flatMap((paragraph) => paragraph.split(/(?<=[.!?:]["')\]]?) (?=[A-Z"'`[(*“]|code)/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[a-z]/i.test(sentence))
}

const words = (text) => text.match(/[\w’'-]*[a-z\d][\w’'-]*/gi) ?? []

const readerPages = ['README.md', ...filesIn('docs/tutorial'), ...filesIn('docs/guides')]
const prose = readerPages.map(proseOf)
const sentences = readerPages.flatMap((path, at) =>
  sentencesOf(prose[at]).map((text) => ({ path, text, length: words(text).length })),
)
const lengths = sentences.map(({ length }) => length).toSorted((a, b) => a - b)
const median = lengths[Math.floor(lengths.length / 2)]
const total = prose.reduce((sum, text) => sum + words(text).length, 0)
const you = prose.reduce(
  (sum, text) => sum + (text.match(/\b(?:you|your|yours|yourself)\b/gi) ?? []).length,
  0,
)
const readmeWords = readFileSync(join(root, 'README.md'), 'utf8').split(/\s+/).filter(Boolean).length
const perThousand = Math.round((you / total) * 1000)

const problems = [
  ...found,
  ...(readmeWords > 1200 ? [`README.md: ${readmeWords} words, at most 1,200`] : []),
  ...(median > 15
    ? [`README, tutorial and guides: the median sentence has ${median} words, at most 15`]
    : []),
  ...(perThousand < 30
    ? [`README, tutorial and guides: "you" ${perThousand} times in 1,000 words, at least 30`]
    : []),
  ...sentences
    .filter(({ length }) => length > 35)
    .map(({ path, text, length }) => `${path}: ${length} words: ${text}`),
  ...sentences
    .filter(({ text }) => text.includes(';'))
    .map(({ path, text }) => `${path}: a semicolon: ${text}`),
]
for (const problem of problems) console.log(problem)
console.log(
  `README ${readmeWords} words. README, tutorial and guides: ${total} words of prose, ${sentences.length} sentences, median ${median} words, longest ${lengths.at(-1)}, "you" ${perThousand} times in 1,000 words.`,
)
console.log(problems.length === 0 ? 'Wording: nothing found.' : `Wording: ${problems.length} places.`)
process.exitCode = problems.length === 0 ? 0 : 1
