import type { ServiceFile } from './service-file.ts'

/** Changes documents and workflows, which are not compiled, to JavaScript. */
export function inJavaScript({ path, content }: ServiceFile): ServiceFile {
  const lines = content.split('\n').filter((line) => !/npm run (?:build|typecheck)/.test(line))
  const text = lines
    .join('\n')
    .replaceAll('dist/main.js', 'src/main.js')
    .replaceAll(/\.ts\b/g, '.js')
  return { path, content: text }
}
