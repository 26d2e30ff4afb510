package config

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"strings"

	"twirouter/router"
)

// twins reads what the keys KEY_file name into the fields of the keys.
func (r *reader) twins(c *Config) {
	r.secret(c.Admin.place, "token", &c.Admin.Token, c.Admin.TokenFile)
	for _, a := range c.Accounts {
		r.tokens(a)
		for _, k := range a.SharedKeys {
			r.secret(k.place, "secret", &k.Secret, k.SecretFile)
			if k.Secret == "" && k.SecretFile == "" && !k.has("secret") {
				r.say(k.place, "", k.key("secret")+" is missing", "or secret_file")
			}
		}
	}
	for _, rt := range c.Routes {
		if b := rt.BasicAuth; b != nil {
			r.secret(b.place, "password", &b.Password, b.PasswordFile)
			if b.Password == "" && b.PasswordFile == "" && !b.has("password") {
				r.say(b.place, "", b.key("password")+" is missing", "or password_file")
			}
		}
		r.fallback(rt)
	}
	if c.Server.TLS != nil {
		r.certificate(c.Server.TLS)
	}
}

func (r *reader) say(at place, key, what, hint string) {
	r.files.problems = append(r.files.problems, at.problem(key, what, hint))
}

// both tells of a key that stands beside its twin.
func (r *reader) both(at place, key string) bool {
	if !at.has(key) || !at.has(key+"_file") {
		return false
	}
	r.say(at, key+"_file", fmt.Sprintf("%s and %s are both there", at.key(key), at.key(key+"_file")), "leave one of them out")
	return true
}

// open reads the file that a key names; a problem is told at the key.
func (r *reader) open(at place, key, path string) ([]byte, bool) {
	where := r.resolve(path)
	text, err := r.read(where, maxFile)
	if err != nil {
		r.say(at, key, fmt.Sprintf("%s: %s: %v", at.key(key), where, err), "")
		return nil, false
	}
	return text, true
}

func (r *reader) secret(at place, key string, into *router.Secret, path string) {
	if path == "" || r.both(at, key) {
		return
	}
	text, ok := r.open(at, key+"_file", path)
	if !ok {
		return
	}
	if _, f := parseSecret(strings.TrimRight(string(text), "\r\n")); f != nil {
		r.say(at, key+"_file", fmt.Sprintf("%s: what is in %s %s", at.key(key+"_file"), r.resolve(path), f.what), "the file holds the secret and nothing else")
		return
	}
	*into = router.Secret(strings.TrimRight(string(text), "\r\n"))
}

// tokens reads files of one token a line.
func (r *reader) tokens(a *Account) {
	const key = "auth_tokens_file"
	if len(a.AuthTokensFile) == 0 || r.both(a.place, "auth_tokens") {
		return
	}
	for _, path := range a.AuthTokensFile {
		text, ok := r.open(a.place, key, path)
		if !ok {
			continue
		}
		found := false
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\r\n")
			if line == "" {
				continue
			}
			found = true
			if _, f := parseSecret(line); f != nil {
				r.say(a.place, key, fmt.Sprintf("%s: a line of %s %s", a.key(key), r.resolve(path), f.what), "one token a line, and nothing else")
				continue
			}
			a.AuthTokens = append(a.AuthTokens, router.Secret(line))
		}
		if !found {
			r.say(a.place, key, fmt.Sprintf("%s: %s is empty", a.key(key), r.resolve(path)), "one token a line")
		}
	}
}

// fallback reads the documents that a route names.
func (r *reader) fallback(rt *Route) {
	files := rt.FallbackFile
	if files == nil || r.both(rt.place, "fallback") {
		return
	}
	docs := &Documents{place: files.place, origin: map[string]string{}}
	one := func(key, path string, into *string) {
		if path == "" {
			return
		}
		at := files.place
		if key == "" {
			at, key = rt.place, "fallback_file"
		}
		text, ok := r.open(at, key, path)
		if !ok {
			return
		}
		docs.origin[key] = r.resolve(path)
		*into = string(text)
		if len(bytes.TrimSpace(text)) == 0 {
			r.say(at, key, fmt.Sprintf("%s: %s is empty", at.key(key), r.resolve(path)), "")
		}
	}
	one("", files.Any, &docs.Any)
	one("voice", files.Voice, &docs.Voice)
	one("messaging", files.Messaging, &docs.Messaging)
	one("json", files.JSON, &docs.JSON)
	rt.Fallback = docs
}

// certificate loads the server's certificate and key.
func (r *reader) certificate(t *TLS) {
	cert, certOK := r.pem(t.place, "cert", t.Cert, t.CertFile)
	key, keyOK := r.pem(t.place, "key", t.Key.Reveal(), t.KeyFile)
	if !certOK || !keyOK {
		return
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		r.say(t.place, "", fmt.Sprintf("%s: the certificate and the key do not go together: %s", t.path, strings.TrimPrefix(err.Error(), "tls: ")), "PEM files, the certificate first in its chain")
		return
	}
	t.Certificate = &pair
}

// pemBegin tells PEM from the path of a file.
const pemBegin = "-----BEGIN "

// pem is what a key of [server.tls] stands for: PEM itself, or the file of it.
func (r *reader) pem(at place, key, value, path string) ([]byte, bool) {
	switch {
	case r.both(at, key):
		return nil, false
	case strings.Contains(value, pemBegin):
		return []byte(value), true
	case value != "":
		if _, f := parseFile(value); f != nil {
			r.say(at, key, fmt.Sprintf("%s %s", at.key(key), f.what), f.hint)
			return nil, false
		}
		return r.open(at, key, value)
	case path != "":
		return r.open(at, key+"_file", path)
	case !at.has(key) && !at.has(key+"_file"):
		r.say(at, "", at.key(key)+" is missing", "or "+key+"_file")
	case value == "" && at.has(key):
		r.say(at, key, at.key(key)+" is empty", "")
	}
	return nil, false
}
