// Runs in the reader's browser: draws the Mermaid diagrams of a page. Without it, a diagram stays readable as text.
/* global document, matchMedia, ResizeObserver */
const blocks = document.querySelectorAll('code.mermaid')
if (blocks.length > 0) {
  const script = document.createElement('script')
  script.src = new URL('mermaid.js', document.currentScript.src).href
  script.addEventListener('load', drawDiagrams)
  document.head.append(script)
}

async function drawDiagrams() {
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  // Sizes at which a diagram of 3 participants fits next to the menus without making its text smaller.
  globalThis.mermaid.initialize({
    startOnLoad: false,
    theme: isDark ? 'dark' : 'neutral',
    sequence: {
      useMaxWidth: false,
      mirrorActors: false,
      width: 100,
      height: 40,
      actorMargin: 12,
      diagramMarginX: 4,
      actorFontSize: 14,
      messageFontSize: 14,
      noteFontSize: 14,
    },
    gantt: { useMaxWidth: false, useWidth: 600, fontSize: 14, sectionFontSize: 14, barHeight: 26 },
  })
  await pageIsShown()
  for (const [index, block] of blocks.entries()) {
    // TypeDoc ends lines with <br>.
    for (const lineEnd of block.querySelectorAll('br')) lineEnd.replaceWith('\n')
    const { svg } = await globalThis.mermaid.render(`diagram-${index}`, block.textContent)
    const figure = document.createElement('figure')
    figure.innerHTML = svg
    block.parentElement.replaceWith(figure)
    makeScrollable(figure)
  }
}

/** TypeDoc hides the page until its own script has run, and Mermaid cannot measure hidden text. */
function pageIsShown() {
  return new Promise((resolve) => {
    new ResizeObserver((_sizes, observer) => {
      if (document.body.offsetWidth === 0) return
      observer.disconnect()
      resolve()
    }).observe(document.body)
  })
}

/** Lets people scroll a wide diagram with the keyboard. */
function makeScrollable(figure) {
  figure.setAttribute('aria-label', figure.querySelector('title').textContent)
  new ResizeObserver(() => {
    if (figure.scrollWidth > figure.clientWidth) figure.tabIndex = 0
    else figure.removeAttribute('tabindex')
  }).observe(figure)
}
