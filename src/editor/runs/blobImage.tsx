// Images from blobs.
import { useEffect, useState } from 'preact/hooks'

/** Object URL of a blob for the lifetime of the component. */
export function useBlobUrl(blob: Blob): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const created = URL.createObjectURL(blob)
    setUrl(created)
    return () => URL.revokeObjectURL(created)
  }, [blob])
  return url
}

/** Decorative image: the text beside it describes the run. */
export function Thumbnail({ image }: { image: Blob }) {
  const url = useBlobUrl(image)
  return <img src={url} alt="" />
}
