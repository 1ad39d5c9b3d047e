// Answers what Go's own transparency-log packages say, a line for a line: the independent
// implementation our trees, proofs and notes are compared with (tests/evidence/go_peer.py).
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tree answers "root inclusion consistency", hashes in hex, those of a proof joined by commas.
func tree(seed string, size, index, old int64) string {
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			found[i] = hashes[at]
		}
		return found, nil
	})
	for n := int64(0); n < size; n++ {
		added, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("%s:%d", seed, n)), reader)
		if err != nil {
			return "error " + err.Error()
		}
		hashes = append(hashes, added...)
	}
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return "error " + err.Error()
	}
	inclusion, err := tlog.ProveRecord(size, index, reader)
	if err != nil {
		return "error " + err.Error()
	}
	consistency, err := tlog.ProveTree(size, old, reader)
	if err != nil {
		return "error " + err.Error()
	}
	return hex([]tlog.Hash{root}) + " " + hex(inclusion) + " " + hex(consistency)
}

func hex(hashes []tlog.Hash) string {
	parts := make([]string, len(hashes))
	for i, hash := range hashes {
		parts[i] = fmt.Sprintf("%x", hash[:])
	}
	return strings.Join(parts, ",")
}

// signed answers the note of a text, in base64.
func signed(skey, text string) string {
	signer, err := note.NewSigner(skey)
	if err != nil {
		return "refused"
	}
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "refused"
	}
	made, err := note.Sign(&note.Note{Text: string(plain)}, signer)
	if err != nil {
		return "refused"
	}
	return base64.StdEncoding.EncodeToString(made)
}

// opened answers the text under a note, in base64, and how many signatures hold.
func opened(vkey, message string) string {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "refused"
	}
	raw, err := base64.StdEncoding.DecodeString(message)
	if err != nil {
		return "refused"
	}
	read, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return "refused"
	}
	return fmt.Sprintf("%s %d", base64.StdEncoding.EncodeToString([]byte(read.Text)), len(read.Sigs))
}

func main() {
	asked := bufio.NewScanner(os.Stdin)
	asked.Buffer(make([]byte, 1<<20), 1<<24)
	answers := bufio.NewWriter(os.Stdout)
	defer answers.Flush()
	for asked.Scan() {
		words := strings.Split(asked.Text(), " ")
		switch words[0] {
		case "tree":
			var size, index, old int64
			fmt.Sscan(words[2], &size)
			fmt.Sscan(words[3], &index)
			fmt.Sscan(words[4], &old)
			fmt.Fprintln(answers, tree(words[1], size, index, old))
		case "sign":
			fmt.Fprintln(answers, signed(words[1], words[2]))
		case "open":
			fmt.Fprintln(answers, opened(words[1], words[2]))
		}
	}
}
