// Previews of images in the import dialog, as converted or as originals.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Picture } from '../../engine/datasets/resize.ts'
import type { ImportOptions } from '../../engine/protocol.ts'
import { drawOriginal, drawPreview } from '../drops/images.ts'
import { texts } from '../texts/texts.ts'
import { RadioRow } from './radioRow.tsx'

interface PreviewsProps {
  previews: readonly Picture[]
  options: ImportOptions
}

export function Previews({ previews, options }: PreviewsProps) {
  const [shown, setShown] = useState<'made' | 'whole'>('made')
  if (!previews.length) return null
  return (
    <figure class="previews">
      <RadioRow
        label={texts.dataset.preview}
        value={shown}
        choices={texts.dataset.previews}
        onValue={(value) => setShown(value as 'made' | 'whole')}
      />
      <div class="thumbs">
        {previews.map((image, i) => (
          <Preview
            key={i}
            image={image}
            options={options}
            draw={shown === 'made' ? drawPreview : drawOriginal}
          />
        ))}
      </div>
    </figure>
  )
}

interface PreviewProps {
  image: Picture
  options: ImportOptions
  draw: typeof drawPreview
}

function Preview({ image, options, draw }: PreviewProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current) draw(canvas.current, image, options)
  }, [image, options, draw])
  return <canvas ref={canvas} class="thumb" aria-hidden="true" />
}
