// Package config turns config.toml and the scripts that it names into a
// generation, or into problems with file:line:col.
//
// Read [Config] first: it describes every key of the file, once, in struct tags;
// the strict decoder (decode.go), the JSON Schema ([Schema]), the reference
// ([Reference]) and the printed configuration ([Show]) all follow them. Then
// [Read], which reads every byte that a generation is made of and touches nothing
// else, and [Build], which makes the generation and reads no file.
//
// scan.go finds where each key stands, for the TOML decoder keeps exact
// positions only for some; a document whose keys the scan and the decoder see
// differently has no positions rather than wrong ones.
package config
