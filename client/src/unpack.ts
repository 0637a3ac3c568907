/** UTF-8 text that came as gzip. Fails when it is damaged. */
export async function unpack(compressed: Uint8Array): Promise<string> {
  const stream = new Blob([compressed as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).text();
}
