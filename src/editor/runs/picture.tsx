// Pictures that are kept as blobs, on the page.
import { useEffect, useState } from 'preact/hooks'

/** An address for a blob, for as long as the component is there. */
export function useUrl(blob: Blob): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}

/** A picture that says nothing that does not stand beside it. */
export function Thumbnail({ image }: { image: Blob }) {
  const url = useUrl(image)
  return <img src={url} alt="" />
}
