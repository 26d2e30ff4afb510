package fetch

import (
	"compress/flate"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt)
}

// tell turns an error of the standard library into one for the author of a
// script. status is that of the answer, or 0 where none had begun.
func tell(err error, origin string, status int) *Error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	e := &Error{Status: status}
	switch {
	case tellTLS(e, err, origin):
	case isTimeout(err):
		e.Kind, e.Message, e.Retriable = Timeout, origin+" did not answer in time", true
	case says(err, "response headers exceeded", "header list larger", "header list too large", "too many 1xx"):
		e.Kind, e.Message = TooLarge, "the headers of the answer of "+origin+" are larger than 64 KiB"
	case says(err, "COMPRESSION_ERROR"):
		// HTTP/2 has no other word for one header that is larger than all may be.
		e.Kind, e.Message = TooLarge, "the headers of the answer of "+origin+" are larger than 64 KiB, or unreadable"
	case isLost(err):
		e.Kind, e.Message, e.Retriable = Connect, origin+" closed the connection before it had answered", true
		if status != 0 {
			e.Message = origin + " closed the connection in the middle of its answer"
		}
	case says(err, "http2:", "stream error", "connection error"):
		e.Kind, e.Message, e.Retriable = Protocol, origin+" broke off the HTTP/2 exchange", true
	default:
		e.Kind, e.Message = Protocol, "what came back from "+origin+" is not HTTP"
	}
	return e
}

func tellTLS(e *Error, err error, origin string) bool {
	var (
		name    x509.HostnameError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
		verify  *tls.CertificateVerificationError
		op      *net.OpError
	)
	switch {
	case errors.As(err, &name):
		e.Message = "the certificate of " + origin + " is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.Message = "the certificate of " + origin + " has expired or is not valid yet"
	case errors.As(err, &unknown):
		e.Message = "the certificate of " + origin + " is not signed by an authority that is trusted here"
	case errors.As(err, &verify), errors.As(err, &invalid):
		e.Message = "the certificate of " + origin + " is not valid"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		e.Message = origin + " does not speak TLS: is it http://?"
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"), says(err, "tls: "):
		e.Message = "no encrypted connection to " + origin + " could be agreed on"
	default:
		return false
	}
	e.Kind = TLS
	return true
}

// tellConnect is for a connection that was not made.
func tellConnect(err error, host string) *Error {
	e := &Error{Kind: Connect, Retriable: true}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Message = host + " refused the connection"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		e.Message = "there is no way to " + host + " from here"
	case isTimeout(err):
		e.Kind, e.Message = Timeout, "no connection to "+host+" could be made in time"
	default:
		e.Message = "no connection to " + host + " could be made"
	}
	return e
}

// tellDNS says nothing of who was asked and what was answered.
func tellDNS(err error, host string) *Error {
	e := &Error{Kind: DNS, Message: "the address of " + host + " could not be found out", Retriable: true}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		e.Message, e.Retriable = "there is no host of the name "+host, false
	} else if isTimeout(err) {
		e.Message = "the address of " + host + " could not be found out in time"
	}
	return e
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

func isLost(err error) bool {
	for _, lost := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED} {
		if errors.Is(err, lost) {
			return true
		}
	}
	return says(err, "server closed idle connection", "client connection lost", "GOAWAY", "client connection force closed")
}

// says looks into the text of an error: net/http and crypto/tls have no names for
// some that a caller has to tell apart. Tests hold every text against the server
// that provokes it.
func says(err error, texts ...string) bool {
	text := err.Error()
	for _, t := range texts {
		if strings.Contains(text, t) {
			return true
		}
	}
	return false
}
