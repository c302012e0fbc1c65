// Vite plugin: the page that servers show for addresses without a file. With it, hosts such as
// Cloudflare Pages answer them with status 404 instead of the editor.
import type { Plugin } from 'vite'
import { NOT_FOUND } from '../hosts/page/fileNames.ts'
import { pagePolicy } from './policy.ts'

export const notFound = (): Plugin => ({
  name: 'not-found',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: NOT_FOUND, source: notFoundPage })
  },
})

/**
 * Without scripts, styles and other files, as it is shown at addresses of any depth. The first link
 * leads to the editor from its own folder, the second one from a folder in it.
 */
const notFoundPage = `<!doctype html>
<html lang="en">
  <head>
    <meta http-equiv="Content-Security-Policy" content="${pagePolicy}" />
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="dark light" />
    <meta name="robots" content="noindex" />
    <link rel="icon" href="data:," />
    <title>This page does not exist</title>
  </head>
  <body>
    <h1>This page does not exist</h1>
    <p><a href="./">Open the editor</a>, or <a href="../">go up one folder</a>.</p>
    <p lang="ko">이 페이지는 없습니다. <a href="./">편집기 열기</a> 또는 <a href="../">상위 폴더로 이동</a></p>
  </body>
</html>
`
