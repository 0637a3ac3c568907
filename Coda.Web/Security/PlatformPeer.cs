using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coda.Core.Server;
using Coda.Core.Terminals;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Options;

namespace Coda.Web.Security;

/// <summary>
/// Tells the platform's proxy from the programs that run in this server's own terminals, which reach its port as well: a connection from
/// an address of this machine counts only when the kernel says that its socket is open and another user's (proc_net_tcp(5)).
/// </summary>
internal sealed class PlatformPeer(IOptions<AccessOptions> access)
{
    // A connection is listed before it is accepted; the listing may miss rows that move while it is read.
    private const int Looks = 3;
    private const string Established = "01";
    private static readonly object Key = new();
    private static readonly IReadOnlyList<(uint First, uint Count)> OwnUsers = ReadOwnUsers();

    /// <summary>Whether what the request's headers say of its sender may be believed.</summary>
    public bool IsProxy(HttpContext context)
    {
        var connection = context.Connection;
        if (connection.RemoteIpAddress is not { } address || !IsListed(address))
        {
            return false;
        }

        if (access.Value.Proxy.OwnUser)
        {
            return true;
        }

        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(Key, out var known))
        {
            return (bool)known!;
        }

        var verdict = IsOurs(address)
            ? IsOfAnotherUser(
                new IPEndPoint(Plain(address), connection.RemotePort),
                new IPEndPoint(Plain(connection.LocalIpAddress!), connection.LocalPort))
            : true;
        if (items is not null && verdict is not null)
        {
            items[Key] = verdict;
        }

        return verdict == true;
    }

    private bool IsListed(IPAddress address)
    {
        var listed = access.Value.Proxy.Addresses;
        return listed.Count == 0 || listed.Any(entry => IPNetwork.TryParse(entry, out var network)
            ? network.Contains(Plain(address))
            : IPAddress.TryParse(entry, out var single) && single.Equals(Plain(address)));
    }

    /// <summary>Null = the kernel lists no such connection.</summary>
    private static bool? IsOfAnotherUser(IPEndPoint peer, IPEndPoint server)
    {
        // Root's programs can be any user: nothing tells them apart.
        if (ServerProcess.UserId == 0)
        {
            return false;
        }

        for (var look = 0; look < Looks; look++)
        {
            foreach (var table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
            {
                foreach (var line in ReadLines(table).Skip(1))
                {
                    // sl local remote st queues timer retransmit uid timeout inode
                    var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    if (fields.Length > 9 && Parse(fields[1]).Equals(peer) && Parse(fields[2]).Equals(server))
                    {
                        // One that is closed shows inode 0, and perhaps user 0.
                        var user = uint.Parse(fields[7], CultureInfo.InvariantCulture);
                        return fields[3] == Established && fields[9] != "0"
                            && user != ServerProcess.UserId && !OwnUsers.Any(range => user - range.First < range.Count);
                    }
                }
            }
        }

        return null;
    }

    /// <summary>Whether it is an address of this machine: then, and only then, a socket can be bound to it.</summary>
    private static bool IsOurs(IPAddress address)
    {
        if (IPAddress.IsLoopback(Plain(address)))
        {
            return true;
        }

        try
        {
            var plain = Plain(address);
            using var socket = new Socket(plain.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(plain, 0));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode != SocketError.AddressNotAvailable;
        }
    }

    /// <summary>The users that a program of ours can become within a user namespace (subuid(5)): name or id, first, count.</summary>
    private static List<(uint First, uint Count)> ReadOwnUsers()
    {
        string[] names = [Environment.UserName, ServerProcess.UserId.ToString(CultureInfo.InvariantCulture)];
        return
        [
            .. from line in ReadLines("/etc/subuid")
               let fields = line.Split(':')
               where fields.Length == 3 && names.Contains(fields[0])
               where uint.TryParse(fields[1], out _) && uint.TryParse(fields[2], out _)
               select (uint.Parse(fields[1], CultureInfo.InvariantCulture), uint.Parse(fields[2], CultureInfo.InvariantCulture)),
        ];
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // what is not listed is not believed
        }
    }

    /// <summary><c>0100007F:1F90</c>: each four bytes of the address in the machine's order, the port in the network's.</summary>
    private static IPEndPoint Parse(string endpoint)
    {
        var colon = endpoint.IndexOf(':');
        var address = Convert.FromHexString(endpoint.AsSpan(0, colon));
        if (BitConverter.IsLittleEndian)
        {
            for (var word = 0; word < address.Length; word += 4)
            {
                address.AsSpan(word, 4).Reverse();
            }
        }

        return new IPEndPoint(
            Plain(new IPAddress(address)), int.Parse(endpoint.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());
}
