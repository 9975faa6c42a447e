import { escapeHtml, layout } from './layout.ts'

/** Returns the page for a rejected request: One Login's message, and what is wrong. */
export function refusalPage(message: string, problem: string): string {
  return layout(
    message,
    `<p>One Login would show only this message.</p>
<div class="inset"><dl><dt>What is wrong</dt><dd>${escapeHtml(problem)}</dd></dl></div>`,
  )
}
