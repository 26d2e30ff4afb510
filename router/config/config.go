package config

import (
	"crypto/tls"
	"time"

	"twirouter/router"
)

// Config is config.toml, decoded, with its defaults filled in and the files
// that it names read. It is immutable once Read has returned it.
//
// The tags describe the file: toml is the key, is the type of its value (see
// scalars), default what counts where the key is left out, doc one or more
// sentences for people, required that it must be there, min how many entries a
// list has at least, or the field that a plain value is for where a list or a
// table may stand, group a table whose keys are names. Secrets, fallback and TLS
// have a twin each, KEY_file, that names a file to read the value from.
type Config struct {
	place

	Server   Server     `toml:"server" doc:"Where Twilio's requests come in."`
	Admin    Admin      `toml:"admin" doc:"People's door: status, health and metrics."`
	Log      Log        `toml:"log" doc:"What is logged, and how."`
	Store    Store      `toml:"store" doc:"What remembers events and the state of scripts."`
	Accounts []*Account `toml:"account" group:"name" doc:"A Twilio account or subaccount whose requests are let in; [account.NAME], NAME is yours to choose."`
	Scripts  Scripts    `toml:"scripts" doc:"Where the Lua scripts are."`
	Limits   Limits     `toml:"limits" doc:"What one script may use for one event; a route or a script may lower or raise it."`
	HTTP     HTTP       `toml:"http" doc:"What scripts may call: nothing by default."`
	Script   []*Script  `toml:"script" group:"script" doc:"Rights and settings of one script; [script.NAME], NAME is the script's path below the folder without leading digits and dashes and without .lua: [script.\"support/optout\"] is for support/20-optout.lua."`
	Routes   []*Route   `toml:"route" group:"name" doc:"Which events of a path go to which scripts; [route.NAME], NAME stands in logs. File order is match order: of the routes that share a path the first takes the event whose on and when hold. With no route at all there is one, named default, on /twilio and /twilio/*."`
}

// Server is the table [server].
type Server struct {
	place

	Listen         []string      `toml:"listen" is:"address" min:"1" default:":8090" doc:"Addresses to listen on, one or more. A change needs a restart."`
	PublicURL      []string      `toml:"public_url" is:"public" or:"one" min:"1" doc:"The URL that Twilio was given, up to the paths of the routes; signatures are computed over it. A list gives more candidates, of which the first is printed. Left out, it is taken from each request: Host and TLS, and forwarded headers from trusted proxies."`
	TrustedProxies []string      `toml:"trusted_proxies" is:"network" doc:"Networks whose X-Forwarded-Proto and X-Forwarded-Host are believed."`
	MaxBody        int64         `toml:"max_body" is:"size" default:"1MiB" doc:"The largest request body; beyond it the answer is 413."`
	TLS            *TLS          `toml:"tls" doc:"Certificate and key of the server; without them it speaks plain HTTP, as behind a proxy or a tunnel. They are read again when they are renewed."`
	Drain          time.Duration `toml:"drain" is:"pause" default:"20s" doc:"How long running events may take to finish after SIGTERM. A change needs a restart."`
}

// TLS is the table server.tls.
type TLS struct {
	place

	Cert     string        `toml:"cert" is:"pem" doc:"The certificate chain in PEM, or the path of the file that it is in."`
	CertFile string        `toml:"cert_file" is:"file" doc:"The path of the file that the certificate chain is in."`
	Key      router.Secret `toml:"key" is:"pem" doc:"The private key in PEM, or the path of the file that it is in."`
	KeyFile  string        `toml:"key_file" is:"file" doc:"The path of the file that the private key is in."`

	// Certificate is what the keys name, loaded; nil if that went wrong.
	Certificate *tls.Certificate `toml:"-"`
}

// Admin is the table [admin].
type Admin struct {
	place

	Listen    string        `toml:"listen" is:"address" default:"127.0.0.1:8091" doc:"The address of people's door. Any but a loopback address requires a token. A change needs a restart."`
	Token     router.Secret `toml:"token" is:"secret" doc:"What people's door demands as a bearer token. A change needs a restart."`
	TokenFile string        `toml:"token_file" is:"file" doc:"The file that the token is in."`
}

// Log is the table [log].
type Log struct {
	place

	Level  string   `toml:"level" is:"enum:debug|info|warn|error" default:"info" doc:"The least level that is logged. A change needs a restart."`
	Format string   `toml:"format" is:"enum:auto|text|json" default:"auto" doc:"auto is text on a terminal and JSON elsewhere. A change needs a restart."`
	Redact []string `toml:"redact" is:"enum:numbers|bodies" default:"numbers,bodies" doc:"What logs leave out: numbers shows the last 4 digits of a phone number, bodies leaves out what messages say, in what scripts write too. A change needs a restart."`
}

// Store is the table [store].
type Store struct {
	place

	URL    string        `toml:"url" is:"store" default:"memory:" doc:"memory: keeps everything in the process, and nothing survives it. A change needs a restart."`
	Dedupe time.Duration `toml:"dedupe" is:"duration" default:"24h" doc:"How long an event is remembered by its key: the same one again within it starts nothing and gets the same answer. A change needs a restart."`
}

// Account is a table [account.NAME].
type Account struct {
	place

	Name           string          `toml:"-"`
	SID            string          `toml:"sid" is:"account" required:"yes" doc:"The account's SID."`
	AuthTokens     []router.Secret `toml:"auth_tokens" is:"secret" min:"1" doc:"The account's auth tokens, tried in order, so that a rotation has no gap."`
	AuthTokensFile []string        `toml:"auth_tokens_file" is:"file" or:"one" min:"1" doc:"Files that the tokens are in, one a line."`
	SharedKeys     []*SharedKey    `toml:"shared_keys" group:"key" doc:"Signing keys of Twilio's Webhooks configuration API, by SID: only requests that name one of them in X-Twilio-Signature-Key-Sid are verified with it."`
}

// SharedKey is an entry of account.NAME.shared_keys; its name is its SID.
type SharedKey struct {
	place

	Name       string        `toml:"-"`
	Algorithm  string        `toml:"algorithm" is:"enum:sha256|sha1" default:"sha256" doc:"The hash that the key signs with."`
	Secret     router.Secret `toml:"secret" is:"secret" doc:"The key's secret."`
	SecretFile string        `toml:"secret_file" is:"file" doc:"The file that the secret is in."`
}

// Scripts is the table [scripts].
type Scripts struct {
	place

	Dir string `toml:"dir" is:"folder" default:"scripts" doc:"The scripts folder. Every *.lua below it is a script, but lib/ (modules for require), *_test.lua and names that begin with . or _."`
}

// Limits is the table [limits].
type Limits struct {
	place

	Instructions      int64         `toml:"instructions" is:"count" default:"10000000" doc:"Lua instructions, and the work that library functions are charged for."`
	Timeout           time.Duration `toml:"timeout" is:"duration" default:"10s" doc:"Time that one script may take for one event."`
	HTTPCalls         int64         `toml:"http_calls" is:"count" default:"20" doc:"Outbound calls."`
	BackgroundTimeout time.Duration `toml:"background_timeout" is:"duration" default:"60s" doc:"In place of timeout for a background run."`
	Concurrency       int64         `toml:"concurrency" is:"count" doc:"Script runs at once in this process, 4 times the number of cores if left out; beyond it events wait, then the fallback answers, or 503."`
}

// OwnLimits are the limits of one route or script; what is left out is the
// wider layer's.
type OwnLimits struct {
	place

	Instructions      int64         `toml:"instructions" is:"count" doc:"As in [limits]."`
	Timeout           time.Duration `toml:"timeout" is:"duration" doc:"As in [limits]."`
	HTTPCalls         int64         `toml:"http_calls" is:"count" doc:"As in [limits]."`
	BackgroundTimeout time.Duration `toml:"background_timeout" is:"duration" doc:"As in [limits]."`
}

// HTTP is the table [http].
type HTTP struct {
	place

	Allow        []string      `toml:"allow" is:"allowed" doc:"URL patterns that scripts may call; in the path * stands for any run of characters."`
	AllowPrivate []string      `toml:"allow_private" is:"network" doc:"Networks that may be called although they are private, loopback or link-local; the patterns must allow the URL as well."`
	Timeout      time.Duration `toml:"timeout" is:"duration" default:"5s" doc:"Time that a call may take."`
	MaxResponse  int64         `toml:"max_response" is:"size" default:"1MiB" doc:"The largest response, decompressed."`
}

// Script is a table [script.NAME].
type Script struct {
	place

	Name     string         `toml:"-"`
	HTTP     []string       `toml:"http" is:"allowed" doc:"URL patterns that this script may call, in place of those of [http]; an empty list allows none."`
	Limits   *OwnLimits     `toml:"limits" doc:"Limits of this script; they go over the route's."`
	Settings map[string]any `toml:"settings" doc:"What the script sees as its table settings: any TOML. Dates are strings there; whole numbers reach to 2^53."`
}

// Route is a table [route.NAME].
type Route struct {
	place

	Name         string         `toml:"-"`
	Enabled      bool           `toml:"enabled" is:"flag" default:"true" doc:"false takes the route out without deleting it."`
	Path         string         `toml:"path" is:"path" required:"yes" doc:"The path of the URL: exact, or with /* at its end everything below. An exact path is tried first, then the longest prefix. Slashes and case count."`
	On           []string       `toml:"on" is:"kinds" min:"1" doc:"Kinds of events that the route takes, * standing for any run of characters; every kind if left out."`
	When         string         `toml:"when" is:"expression" doc:"A Lua expression over event: the route takes only events for which it is true."`
	Vars         Vars           `toml:"vars" is:"expression" doc:"Lua expressions; their values are event.vars.NAME in scripts."`
	Scripts      []string       `toml:"scripts" is:"scripts" doc:"The scripts that run, in this order: paths below the scripts folder, names, or patterns (* within a folder, ** across folders; a pattern's files run by path, and each file once). Every script by path if left out."`
	Method       []string       `toml:"method" is:"enum:POST|GET" min:"1" default:"POST,GET" doc:"Methods that are let in. Routes that share a path agree on it."`
	Verify       string         `toml:"verify" is:"enum:enforce|report|off" default:"enforce" doc:"What happens to a wrong signature: enforce answers 403, report lets in and counts, off does not look. Routes that share a path agree on it."`
	BasicAuth    *BasicAuth     `toml:"basic_auth" doc:"User and password that are demanded besides a signature. Routes that share a path agree on it."`
	Mode         string         `toml:"mode" is:"enum:auto|inline|background" default:"auto" doc:"When scripts run: auto before the answer for kinds that want a reply and after it for the rest, inline before it, background after it."`
	Timeout      time.Duration  `toml:"timeout" is:"duration" default:"10s" doc:"Time that the whole answer may take, from arrival; then the fallback answers. Twilio gives up after 15 s. Answers in JSON or by status never get more than 4s."`
	Limits       *OwnLimits     `toml:"limits" doc:"Limits on this route; they go over [limits]."`
	Fallback     *Documents     `toml:"fallback" is:"text" or:"Any" doc:"What is answered when scripts fail: a document, which counts for the kinds that it is valid for, or one per kind of reply. Without one a failure is a 500, and Twilio uses its own fallback URL."`
	FallbackFile *DocumentFiles `toml:"fallback_file" is:"file" or:"Any" doc:"The same, from files."`
	Overrides    string         `toml:"overrides" is:"overrides" doc:"Twilio connection overrides, without #: printed with this route's URL and counted in when a signature is verified."`
}

// BasicAuth is the table route.NAME.basic_auth.
type BasicAuth struct {
	place

	User         string        `toml:"user" is:"user" required:"yes" doc:"The user name."`
	Password     router.Secret `toml:"password" is:"secret" doc:"The password."`
	PasswordFile string        `toml:"password_file" is:"file" doc:"The file that the password is in."`
}

// Vars is the table route.NAME.vars, in file order.
type Vars []Var

// Var is one entry of Vars.
type Var struct {
	Name       string
	Expression string
}

// Documents is route.NAME.fallback: Any if it is a plain text.
type Documents struct {
	place

	Any       string `toml:"-"`
	Voice     string `toml:"voice" is:"text" doc:"TwiML for calls."`
	Messaging string `toml:"messaging" is:"text" doc:"TwiML for messages."`
	JSON      string `toml:"json" is:"text" doc:"JSON for kinds that want it."`

	origin map[string]string // by key: the file that a document was read from
}

// DocumentFiles is route.NAME.fallback_file: Any if it is a plain text.
type DocumentFiles struct {
	place

	Any       string `toml:"-"`
	Voice     string `toml:"voice" is:"file" doc:"A file of TwiML for calls."`
	Messaging string `toml:"messaging" is:"file" doc:"A file of TwiML for messages."`
	JSON      string `toml:"json" is:"file" doc:"A file of JSON for kinds that want it."`
}
