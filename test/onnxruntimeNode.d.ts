// The package lacks the file of types that it names.
declare module 'onnxruntime-node' {
  export * from 'onnxruntime-common'
}
