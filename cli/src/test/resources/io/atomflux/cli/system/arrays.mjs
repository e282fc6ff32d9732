// Every array of a Zarr group as zarrita reads it: name, shape, SHA-256 of its elements, or texts. Prints JSON lines.
//
//   node arrays.mjs GROUP NAME…      in a folder that has zarrita among its modules
import { createHash } from "node:crypto";
import * as zarr from "zarrita";
import FileSystemStore from "@zarrita/storage/fs";

const [group, ...names] = process.argv.slice(2);
const root = zarr.root(new FileSystemStore(group));
for (const name of names) {
  const array = await zarr.open.v3(root.resolve(name), { kind: "array" });
  const read = await zarr.get(array);
  const told = { array: name, shape: array.shape };
  if (array.dtype === "string") {
    told.texts = Array.from(read.data);
  } else {
    let data = read.data;
    if (array.dtype === "bool") {
      data = Uint8Array.from(data);
    }
    told.sha256 = createHash("sha256").update(Buffer.from(data.buffer, data.byteOffset, data.byteLength)).digest("hex");
  }
  console.log(JSON.stringify(told));
}
