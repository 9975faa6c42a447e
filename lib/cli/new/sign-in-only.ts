import type { ServiceFile } from './service-file.ts'

const namesIdentity = /identit|identified/i

/**
 * Returns the service without identity checks. Removes each file, line and text whose name or content contains
 * "identity".
 */
export function withoutIdentity(files: readonly ServiceFile[]): ServiceFile[] {
  return files
    .filter(({ path }) => !namesIdentity.test(path))
    .map(({ path, content }) => ({
      path,
      content: path.includes('locales/') ? texts(content) : lines(content),
    }))
}

function lines(content: string): string {
  return content
    .split('\n')
    .filter((line) => !namesIdentity.test(line))
    .join('\n')
}

function texts(content: string): string {
  const trimmed = JSON.parse(content, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('identity')))
  }) as unknown
  return `${JSON.stringify(trimmed, undefined, 2)}\n`
}
