// A page in one file: shows its own workflow in reader mode.
import { openPageFigure, startPage } from './startPage.tsx'
import { FigurePage } from './figurePage.tsx'

startPage(() => {
  const figure = openPageFigure()
  if (!figure) throw new Error('The page has no workflow.')
  return (
    <main>
      <FigurePage figure={figure} />
    </main>
  )
})
