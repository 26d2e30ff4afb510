package main

import (
	"net"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// inherited are the listeners that systemd opened for us.
type inherited struct {
	public []net.Listener
	admin  net.Listener
}

// inheritedListeners takes over the sockets of socket activation: the one whose
// unit says FileDescriptorName=admin is people's door, the others are Twilio's.
// There are none if systemd did not start us.
func inheritedListeners() (inherited, error) {
	var in inherited
	named, err := activation.ListenersWithNames()
	if err != nil {
		return in, fail("", "the sockets of systemd cannot be used: %v", err)
	}
	for name, listeners := range named {
		for _, l := range listeners {
			switch {
			case l == nil: // not a stream
			case name == "admin" && in.admin == nil:
				in.admin = l
			default:
				in.public = append(in.public, l)
			}
		}
	}
	return in, nil
}

// notifySystemd tells the service manager how we are; without one it does
// nothing.
func notifySystemd(state string) {
	_, _ = daemon.SdNotify(false, state) // a manager that does not listen is not our trouble
}
